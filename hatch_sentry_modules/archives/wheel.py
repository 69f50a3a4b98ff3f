"""Reads a finished wheel, and adds files to it."""

import base64
import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zipfile import ZipFile

from hatch_sentry_modules.archives import zip_copy
from hatch_sentry_modules.archives.core_metadata import name_and_version
from hatch_sentry_modules.errors import FreezeError


class Wheel(NamedTuple):
    """What a wheel says of itself, all its entries, and its ``.dist-info`` folder."""

    name: str
    version: str
    files: list[str]
    metadata_folder: str


def read(path: Path) -> Wheel:
    """Read what a wheel says of itself; ``FreezeError`` without one ``.dist-info`` folder."""
    with ZipFile(path) as file:
        record = _record(path, file)
        name, version = name_and_version(file.read(str(record.with_name("METADATA"))))
        return Wheel(name, version, file.namelist(), str(record.parent))


def add(source: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """Write a copy of a wheel that holds some files more, each with its line in ``RECORD``.

    All else stays as the build backend made it, byte for byte. A file that is there already is
    replaced. https://packaging.python.org/en/latest/specifications/binary-distribution-format/

    Raises ``FreezeError`` where the wheel is signed, or it has no ``.dist-info`` folder, or
    several.
    """
    with ZipFile(source) as file:
        record = _record(source, file)
        signatures = {f"{record}.jws", f"{record}.p7s"} & set(file.namelist())
        if signatures:
            fault = "is signed, and another file in it would break the signature"
            remedy = "Sign the wheel after it is built"
            raise FreezeError(file=source.name, place=signatures.pop(), fault=fault, remedy=remedy)
        # The format recommends that the folder stands physically at the end.
        before = next(name for name in file.namelist() if name.startswith(f"{record.parent}/"))
        listed = _with_lines(file.read(str(record)).decode(), str(record), files)
    new = {**files, str(record): listed.encode()}
    zip_copy.insert(source, target, new, before=before, like=str(record))


def _record(path: Path, file: ZipFile) -> PurePosixPath:
    records = (name for name in file.namelist() if name.endswith(".dist-info/RECORD"))
    found = [name for name in records if name.count("/") == 1]
    if len(found) != 1:
        fault = f"the wheel holds {len(found)} of it"
        raise FreezeError(file=path.name, place="*.dist-info/RECORD", fault=fault)
    return PurePosixPath(found[0])


def _with_lines(text: str, record: str, files: Mapping[str, bytes]) -> str:
    """Put the lines of new files before the line of ``RECORD`` itself; others stay as they are."""
    ending = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith(ending):
        text += ending
    lines = list(io.StringIO(text, newline=""))
    paths = ["".join(next(csv.reader([line]), [])[:1]) for line in lines]  # one can be empty
    new = [f"{path},{_digest(files[path])},{len(files[path])}{ending}" for path in sorted(files)]
    kept = [(path, line) for path, line in zip(paths, lines, strict=True) if path not in files]
    before = [line for path, line in kept if path != record]
    own = [line for path, line in kept if path == record]
    return "".join([*before, *new, *own])


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return "sha256=" + digest.decode("ascii").rstrip("=")
