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
    """Give the recorded files if all of them are there and right, else nothing."""
    try:
        files = frozenset(_recorded(distribution))
        root = Path(str(distribution.locate_file("")))
        return files if all(_is_there(root, file) for file in files) else frozenset()
    except (OSError, ValueError, csv.Error):
        return frozenset()


def _recorded(distribution: Distribution) -> list[_File]:
    """Read the files of import packages from a ``RECORD``.

    Left out are metadata, which each version has to itself, and what lies outside the folder:
    an installer writes scripts anew.
    """
    files = []
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        path, hashed, size = row
        parts = PurePosixPath(path).parts
        is_inside = not path.startswith(("/", "\\")) and ".." not in parts and ":" not in path
        if is_inside and hashed and not parts[0].endswith((".dist-info", ".data")):
            algorithm, _, digest = hashed.partition("=")
            files.append(_File(path, algorithm, digest, int(size)))
    return files


def _is_there(root: Path, file: _File) -> bool:
    path = root / file.path
    if file.algorithm not in _ALGORITHMS or not path.is_file() or path.stat().st_size != file.size:
        return False
    digest = hashlib.new(file.algorithm, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii") == file.digest
