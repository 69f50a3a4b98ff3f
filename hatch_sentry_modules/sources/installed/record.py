"""Decides which of two installations of one distribution is really there.

``pip install --target`` with ``--upgrade`` leaves the old metadata beside the new. Each has a
``RECORD`` of its files with their hashes, and the files can only be those of one of the two.
https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

from __future__ import annotations

import base64
import csv
import hashlib
from importlib.metadata import Distribution
from pathlib import Path, PurePosixPath
from typing import NamedTuple

_ALGORITHMS = {"sha256", "sha384", "sha512"}
_CHUNK = 2**20


class _File(NamedTuple):
    path: str
    algorithm: str
    digest: str
    size: int


def choose(distributions: list[Distribution]) -> Distribution | None:
    """Choose the distribution whose recorded files are there, each with its hash.

    Where several are whole, the one whose files include those of all others is meant: a newer
    version that changed none of the older one's files and added some.

    Returns:
        The distribution, or nothing where the files do not tell.
    """
    whole = [(d, files) for d in distributions if (files := _whole(d))]
    for distribution, files in whole:
        if all(other < files for others, other in whole if others is not distribution):
            return distribution
    return None


def _whole(distribution: Distribution) -> frozenset[_File]:
    """Return the recorded files if all of them are there and right, else nothing."""
    try:
        files = frozenset(_recorded(distribution))
        root = Path(str(distribution.locate_file("")))
        return files if all(_is_there(root, file) for file in files) else frozenset()
    except (OSError, ValueError, csv.Error):
        return frozenset()


def _recorded(distribution: Distribution) -> list[_File]:
    """Read the files of import packages from a ``RECORD``, those that have a hash."""
    files = []
    for path, hashed, size in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        if hashed and _is_of_package(path):
            algorithm, _, digest = hashed.partition("=")
            files.append(_File(path, algorithm, digest, int(size)))
    return files


def _is_of_package(path: str) -> bool:
    """Leave out metadata, which each version has to itself, and what lies outside the folder.

    An installer writes scripts there anew, so that their hashes tell nothing.
    """
    parts = PurePosixPath(path).parts
    is_inside = not path.startswith("/") and ".." not in parts and not {"\\", ":"} & {*path}
    return is_inside and bool(parts) and not parts[0].endswith((".dist-info", ".data"))


def _is_there(root: Path, file: _File) -> bool:
    path = root / file.path
    if file.algorithm not in _ALGORITHMS or not path.is_file() or path.stat().st_size != file.size:
        return False
    found = hashlib.new(file.algorithm)
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
    return base64.urlsafe_b64encode(found.digest()).rstrip(b"=").decode("ascii") == file.digest
