"""Reads the archive that PyInstaller appends to an executable, of any system and Python.

https://pyinstaller.org/en/stable/advanced-topics.html#the-carchive-format
"""

import struct
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from hatch_sentry_modules.artifacts.containers import pyinstaller_modules
from hatch_sentry_modules.artifacts.containers.container import (
    ArtifactError,
    Budget,
    File,
    Wanted,
    cut_off,
    unpacked,
)

MODULES = ".pyz/"
"""What stands in the place of each module between the name of its archive and its own."""

COOKIE = b"MEI\014\013\012\013\016"

_COOKIE = struct.Struct("!8sIIii64s")
_ENTRY = struct.Struct("!iIIIBc")
_PYZ = struct.Struct("!4s4si")
_LONGEST_LIST = 1 << 22
_LISTED = 30  # what a byte of it costs, since each entry is looked at
_TAIL = 1 << 24  # a signature can follow the archive
_CHUNK = 1 << 20
_ZLIB = 15


class _Entry(NamedTuple):
    """A file in the executable; places are counted from the beginning of the executable."""

    name: str
    kind: bytes
    start: int
    size: int
    is_packed: bool


def find(file: IO[bytes], budget: Budget) -> int | None:
    """Return where the description of the archive stands, near the end; nothing without one."""
    end = file.seek(0, 2)
    overlap = len(COOKIE) - 1
    for start in range(end, max(0, end - _TAIL), -_CHUNK):
        budget.spend(_CHUNK)
        begin = max(0, start - _CHUNK)
        file.seek(begin)
        at = file.read(start - begin + overlap).rfind(COOKIE)
        if at >= 0:
            return begin + at
    return None


_REFERENCE = b"d"
"""The kind of an entry that stands for a file in another program (``MERGE``)."""


class PyInstallerProgram:
    """An executable that PyInstaller made: the whole application, or only its Python modules."""

    kind = "PyInstaller executable"

    def __init__(self, name: str, file: IO[bytes], budget: Budget, cookie: int) -> None:
        """Take an open executable, and where the description of its archive stands."""
        self._name, self._file, self._budget, self._cookie = name, file, budget, cookie

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Return the files that are wanted; modules stand below the name of their archive."""
        for entry in self._entries():
            if entry.kind == b"z":
                yield from self._modules(entry, wanted)
            elif entry.kind != _REFERENCE and (limit := wanted(entry.name)):
                yield self._read(entry, limit)

    def _entries(self) -> Iterator[_Entry]:
        _, length, offset, size, _, _ = _COOKIE.unpack(self._bytes(self._cookie, _COOKIE.size))
        begin = self._cookie + _COOKIE.size - length
        # The list stands directly before its description, so that wrong numbers are seen.
        if begin < 0 or not 0 <= size <= _LONGEST_LIST or begin + offset + size != self._cookie:
            raise cut_off(self._name, "executable of PyInstaller")
        table, at = self._bytes(begin + offset, size), 0
        while at < size:
            if at + _ENTRY.size > size:
                raise cut_off(self._name, "executable of PyInstaller")
            entry_size, start, packed, _, is_packed, kind = _ENTRY.unpack_from(table, at)
            if entry_size < _ENTRY.size:
                raise cut_off(self._name, "executable of PyInstaller")
            name = table[at + _ENTRY.size : at + entry_size].partition(b"\0")[0]
            place = name.decode("utf-8", "replace").replace("\\", "/")
            yield _Entry(place, kind, begin + start, packed, bool(is_packed))
            at += entry_size

    def _modules(self, archive: _Entry, wanted: Wanted) -> Iterator[File]:
        """Return the compiled modules of the archive that stands in an entry, as ``.pyc`` files."""
        mark, _, offset = _PYZ.unpack(self._bytes(archive.start, _PYZ.size))
        size = archive.size - offset
        is_list = mark == b"PYZ\0" and 0 < size <= _LONGEST_LIST
        data = self._bytes(archive.start + offset, size) if is_list else b""
        self._budget.spend(_LISTED * len(data))
        try:
            listed = list(pyinstaller_modules.read(data))
        except ValueError:
            yield File(archive.name, None, "is damaged")
            return
        for name, start, length in listed:
            place = f"{archive.name}/{name.replace('.', '/')}.pyc"
            if limit := wanted(place):
                yield self._read(_Entry(place, b"m", archive.start + start, length, True), limit)

    def _read(self, entry: _Entry, limit: int) -> File:
        try:
            if not entry.is_packed:
                return File(entry.name, self._bytes(entry.start, min(entry.size, limit)))
            self._file.seek(entry.start)
            content = unpacked(self._file.read, entry.size, limit, _ZLIB, self._budget)
            return File(entry.name, content)
        except (ArtifactError, OSError, ValueError, zlib.error):
            return File(entry.name, None, "cannot be unpacked")

    def _bytes(self, start: int, size: int) -> bytes:
        if start < 0 or size < 0:
            raise cut_off(self._name, "executable of PyInstaller")
        self._budget.spend(size)
        self._file.seek(start)
        data = self._file.read(size)
        if len(data) < size:
            raise cut_off(self._name, "executable of PyInstaller")
        return data
