"""Reads the files that Nuitka packs into a single file, in one pass and in bounded memory.

Its bootstrap writes them to disk and starts the program among them. The names and sizes of the
files stand before each; whether checksums do too is an option of the build, so it is tried.
https://github.com/Nuitka/Nuitka/blob/develop/nuitka/build/static_src/OnefileBootstrap.c
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, NamedTuple, Protocol

from hatch_sentry_modules.artifacts.containers.container import (
    FILE,
    LONGEST_PLACE,
    Budget,
    File,
    Wanted,
)

PLAIN, PACKED = b"KAX", b"KAY\x28\xb5\x2f\xfd"
"""How the files begin, and how they do in Zstandard's frame."""

UNREADABLE = "is packed with Zstandard: install zstandard, or use Python 3.14, to look into it"

_CHUNK = 1 << 20
_LINK = 2


class PayloadError(ValueError):
    """The files do not stand there as they would."""


class Layout(NamedTuple):
    """What differs between systems, and between options of the build."""

    is_wide: bool
    has_checksums: bool


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes."""


def find(file: IO[bytes], budget: Budget, start: int = 0) -> int | None:
    """Return where the files may begin, at or behind a place; nothing where they do not."""
    file.seek(start)
    before, at = b"", start
    while chunk := file.read(_CHUNK):
        budget.spend(len(chunk))
        text = before + chunk
        found = [place for mark in (PLAIN, PACKED) if (place := text.find(mark)) >= 0]
        if found:
            return at - len(before) + min(found)
        at += len(chunk)
        before = text[1 - len(PACKED) :]
    return None


def files(
    file: IO[bytes], start: int, layout: Layout, wanted: Wanted, budget: Budget
) -> Iterator[File]:
    """Return the files that are wanted of those that begin at a place.

    Raises:
        PayloadError: They do not begin there, are cut off, or are laid out in another way.
    """
    file.seek(start + len(PLAIN) - 1)
    source, error = _unpacked(file) if file.read(1) == b"Y" else (file, OSError)
    reader = _Reader(source, error, budget)
    while place := reader.name(layout.is_wide):
        if not layout.is_wide and reader.take(1)[0] & _LINK:
            budget.spend(FILE)
            reader.name(layout.is_wide)
            continue
        size = int.from_bytes(reader.take(8), "little")
        reader.take(4 if layout.has_checksums else 0)
        limit = min(wanted(place), size)
        content = reader.take(limit)
        reader.skip(size - limit)
        if limit:
            yield File(place, content)


def _unpacked(file: IO[bytes]) -> tuple[_Readable, type[Exception]]:
    """Return what is packed, and what reading it raises; only new Pythons can unpack it alone.

    Raises:
        ModuleNotFoundError: Nothing is installed that can.
    """
    with suppress(ModuleNotFoundError):
        new: Any = import_module("compression.zstd")
        return new.ZstdFile(file), new.ZstdError
    old: Any = import_module("zstandard")
    return old.ZstdDecompressor().stream_reader(file), old.ZstdError


class _Reader:
    """Goes through the files once; what ends early is an error."""

    def __init__(self, source: _Readable, error: type[Exception], budget: Budget) -> None:
        self._source = source
        self._error = error
        self._budget = budget
        self._data, self._at = b"", 0

    def take(self, size: int) -> bytes:
        while len(self._data) < self._at + size:
            self._fill()
        self._at += size
        return self._data[self._at - size : self._at]

    def skip(self, size: int) -> None:
        while (held := len(self._data) - self._at) < size:
            size -= held
            self._at = len(self._data)
            self._fill()
        self._at += size

    def name(self, is_wide: bool) -> str:
        width = 1 + is_wide
        while (end := _end(self._data, self._at, width)) < 0:
            if len(self._data) - self._at > 4 * LONGEST_PLACE:
                raise PayloadError
            self._fill()
        name = self.take(end - self._at)
        self.take(width)
        try:
            return name.decode("utf-16-le" if is_wide else "utf-8").replace("\\", "/")
        except UnicodeDecodeError:
            raise PayloadError from None

    def _fill(self) -> None:
        try:
            chunk = self._source.read(_CHUNK)
        except (self._error, EOFError):
            raise PayloadError from None
        if not chunk:
            raise PayloadError
        self._budget.spend(len(chunk))
        self._data, self._at = self._data[self._at :] + chunk, 0


def _end(data: bytes, start: int, width: int) -> int:
    """Return where a name ends that is followed by as many zeros as a letter is wide."""
    longest = start + 4 * LONGEST_PLACE
    end = data.find(bytes(width), start, longest)
    while end > 0 and (end - start) % width:
        end = data.find(bytes(width), end + 1, longest)
    return end
