"""Decides which of two installations of one distribution is really there, by their ``RECORD``.

``pip install --target`` with ``--upgrade`` leaves the old metadata beside the new.
https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

import base64
import csv
import hashlib
from importlib.metadata import Distribution
from pathlib import Path, PurePosixPath

_ALGORITHMS = {"sha256", "sha384", "sha512"}
_CHUNK = 2**20


def choose(distributions: list[Distribution]) -> Distribution | None:
    """Return the one whose recorded files are there, and include those of all that also are."""
    whole = [(d, files) for d in distributions if (files := _whole(d))]
    for distribution, files in whole:
        if all(other < files for others, other in whole if others is not distribution):
            return distribution
    return None


def _whole(distribution: Distribution) -> frozenset[tuple[str, str]]:
    """Return the files of import packages with their hashes if all are there and right."""
    try:
        rows = csv.reader((distribution.read_text("RECORD") or "").splitlines())
        files = frozenset((path, sha) for path, sha, _ in rows if sha and _is_of_package(path))
        root = Path(str(distribution.locate_file("")))
        is_whole = all(_is_there(root / path, hashed) for path, hashed in files)
    except (OSError, ValueError, csv.Error):
        return frozenset()
    return files if is_whole else frozenset()


def _is_of_package(path: str) -> bool:
    """Leave out metadata, which each version has to itself, and scripts outside the folder."""
    parts = PurePosixPath(path).parts
    is_inside = not path.startswith("/") and ".." not in parts and not {"\\", ":"} & {*path}
    return is_inside and bool(parts) and not parts[0].endswith((".dist-info", ".data"))


def _is_there(path: Path, hashed: str) -> bool:
    algorithm, _, digest = hashed.partition("=")
    if algorithm not in _ALGORITHMS or not path.is_file():
        return False
    found = hashlib.new(algorithm)
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
    return base64.urlsafe_b64encode(found.digest()).rstrip(b"=").decode("ascii") == digest
