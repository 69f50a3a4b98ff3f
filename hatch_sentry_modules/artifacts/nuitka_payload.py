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

from hatch_sentry_modules.artifacts.artifact import LONGEST_PLACE, File, Wanted

PLAIN, PACKED = b"KAX", b"KAY\x28\xb5\x2f\xfd"
"""How the files begin, and how they do in Zstandard's frame."""

UNREADABLE = "is packed with Zstandard: install zstandard, or use Python 3.14, to look into it"

_MOST_FILES = 100_000
_LONGEST = 1 << 33
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


def find(file: IO[bytes], start: int = 0) -> int | None:
    """Find where the files may begin, at or behind a place; nothing where they do not."""
    file.seek(start)
    before, at = b"", start
    while chunk := file.read(_CHUNK):
        text = before + chunk
        found = [place for mark in (PLAIN, PACKED) if (place := text.find(mark)) >= 0]
        if found:
            return at - len(before) + min(found)
        at += len(chunk)
        before = text[1 - len(PACKED) :]
    return None


def files(file: IO[bytes], start: int, layout: Layout, wanted: Wanted) -> Iterator[File]:
    """Give the files that are wanted of those that begin at a place.

    Raises:
        PayloadError: They do not begin there, are cut off, or are laid out in another way.
    """
    file.seek(start + len(PLAIN) - 1)
    reader = _Reader(*(_unpacked(file) if file.read(1) == b"Y" else (file, OSError)))
    for _ in range(_MOST_FILES):
        place = reader.name(layout.is_wide)
        if not place:
            return
        if not layout.is_wide and reader.take(1)[0] & _LINK:
            reader.name(layout.is_wide)
            continue
        size = int.from_bytes(reader.take(8), "little")
        reader.take(4 if layout.has_checksums else 0)
        limit = min(wanted(place), size)
        content = reader.take(limit)
        reader.skip(size - limit)
        if limit:
            yield File(place, content)
    raise PayloadError


def _unpacked(file: IO[bytes]) -> tuple[_Readable, type[Exception]]:
    """Give what is packed, and what reading it raises; only new Pythons can unpack it alone.

    Raises:
        ModuleNotFoundError: Nothing is installed that can.
    """
    with suppress(ModuleNotFoundError):
        new: Any = import_module("compression.zstd")
        return new.ZstdFile(file), new.ZstdError
    old: Any = import_module("zstandard")
    return old.ZstdDecompressor().stream_reader(file), old.ZstdError


class _Reader:
    """Goes through the files once; what ends early, or never, is an error."""

    def __init__(self, source: _Readable, error: type[Exception]) -> None:
        self._source = source
        self._error = error
        self._left = _LONGEST

    def take(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise PayloadError
        data = b""
        while len(data) < size:
            chunk = self._read(size - len(data))
            if not chunk:
                raise PayloadError
            data += chunk
        return data

    def _read(self, size: int) -> bytes:
        try:
            return self._source.read(size)
        except (self._error, EOFError):
            raise PayloadError from None

    def skip(self, size: int) -> None:
        while size > 0:
            size -= len(self.take(min(size, _CHUNK)))

    def name(self, is_wide: bool) -> str:
        width, name = 1 + is_wide, b""
        while (letter := self.take(width)) != bytes(width):
            name += letter
            if len(name) > 4 * LONGEST_PLACE:
                raise PayloadError
        try:
            return name.decode("utf-16-le" if is_wide else "utf-8").replace("\\", "/")
        except UnicodeDecodeError:
            raise PayloadError from None
