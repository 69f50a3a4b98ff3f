"""Reads a finished sdist, and adds files to it."""

import copy
import gzip
import io
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from hatch_sentry_modules.archives.core_metadata import name_and_version
from hatch_sentry_modules.errors import FreezeError


def read(path: Path) -> tuple[str, str]:
    """Read an sdist's name and version; ``FreezeError`` without ``PKG-INFO`` at its top."""
    with tarfile.open(path, "r:gz") as file:
        return name_and_version(_content(file, _pkg_info(path, file)) or b"")


def add(source: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """Write a copy of an sdist that holds some files more, at its end.

    Their paths begin below the folder at its top. All else stays as the build backend made it, and
    so does a file that is there already with the same content.
    https://packaging.python.org/en/latest/specifications/source-distribution-format/

    Raises ``FreezeError`` where the sdist has a file of that name, or no ``PKG-INFO`` in the folder
    at its top.
    """
    with tempfile.TemporaryFile() as unpacked, source.open("rb") as packed:
        time = int.from_bytes(packed.read(8)[4:], "little")  # RFC 1952, section 2.3.1
        packed.seek(0)
        with gzip.open(packed) as content:
            shutil.copyfileobj(content, unpacked)
        _append(source, unpacked, files)
        unpacked.seek(0)
        with target.open("wb") as out, gzip.GzipFile("", "wb", fileobj=out, mtime=time) as packing:
            shutil.copyfileobj(unpacked, packing)


def _append(source: Path, unpacked: IO[bytes], files: Mapping[str, bytes]) -> None:
    unpacked.seek(0)
    with tarfile.open(fileobj=unpacked, mode="r:") as file:
        pkg_info = _pkg_info(source, file)
        folder = pkg_info.name.removesuffix("PKG-INFO")
        new = {
            path: content
            for path, content in sorted(files.items())
            if not _is_there(source, file, folder + path, content)
        }
    unpacked.seek(0)
    with tarfile.open(fileobj=unpacked, mode="a") as file:
        for path, content in new.items():
            member = copy.copy(pkg_info)
            member.name, member.size, member.mode = folder + path, len(content), 0o644
            member.mtime, member.pax_headers = int(pkg_info.mtime), {}
            file.addfile(member, io.BytesIO(content))


def _is_there(source: Path, file: tarfile.TarFile, name: str, content: bytes) -> bool:
    """Return whether a file is there already; one with another content is somebody else's."""
    if name not in file.getnames():
        return False
    if _content(file, file.getmember(name)) == content:
        return True
    place, fault = name.partition("/")[2], "the sdist holds another file of this name"
    remedy = "Leave it out of the sdist"
    raise FreezeError(file=source.name, place=place, fault=fault, remedy=remedy)


def _content(file: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    opened = file.extractfile(member)
    return opened.read() if opened else None


def _pkg_info(path: Path, file: tarfile.TarFile) -> tarfile.TarInfo:
    for member in file.getmembers():
        if member.isfile() and member.name.count("/") == 1 and member.name.endswith("/PKG-INFO"):
            return member
    raise FreezeError(file=path.name, place="PKG-INFO", fault="the sdist holds none")
