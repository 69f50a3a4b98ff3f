"""Looks into a program of Nuitka: a single file holds its files as they are, or in Zstandard.

https://github.com/Nuitka/Nuitka/blob/develop/nuitka/build/static_src/OnefileBootstrap.c
"""

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import IO, Any, Protocol

from hatch_sentry_modules import layout, render
from hatch_sentry_modules.artifacts.containers.container import Budget, File, Wanted

KIND = "Nuitka executable"

UNREADABLE = "is packed with Zstandard: install zstandard, or use Python 3.14, to look into it"

_MARKS = (b"nuitka_module_loader", b"NUITKA_ONEFILE_PARENT")
"""What its importer is called, and what a single file tells the program that it unpacked."""

_MANIFEST = (render.MARK.encode("ascii"),)
_PACKED = (b"KAY\x28\xb5\x2f\xfd",)
_CHUNK = 1 << 20
_MOST_FRAMES = 20


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes."""


def is_program(file: IO[bytes], budget: Budget) -> bool:
    """Return whether an executable is one that Nuitka made."""
    file.seek(0)
    return _find(file, _MARKS, budget) is not None


class NuitkaProgram:
    """A single file, or the program out of a folder."""

    kind = KIND

    def __init__(self, name: str, file: IO[bytes], budget: Budget) -> None:
        self._name, self._file, self._budget = name, file, budget

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Return what holds the manifest, as :class:`container.Container` says."""
        if not (limit := wanted(layout.FILE_NAME)):
            return
        try:
            # What follows the document is no part of it.
            content = next(self._found(limit - 1), None)
        except ModuleNotFoundError:
            yield File(self._name, None, UNREADABLE)
            return
        if content is None:
            yield File(self._name, None, "is compiled: look into the folder that it belongs to")
        else:
            yield File(layout.FILE_NAME, content)

    def _found(self, limit: int) -> Iterator[bytes]:
        """Return what stands behind each mark, in the file itself and in what is packed in it."""
        self._file.seek(0)
        if (found := _find(self._file, _MANIFEST, self._budget)) is not None:
            yield _beginning(self._file, found[1], limit)
        start = 0
        for _ in range(_MOST_FRAMES):
            self._file.seek(start)
            if (frame := _find(self._file, _PACKED, self._budget)) is None:
                return
            start += frame[0] + len(b"KAY")
            self._file.seek(start)
            stream = _Unpacked(self._file)
            if (found := _find(stream, _MANIFEST, self._budget)) is not None:
                yield _beginning(stream, found[1], limit)


def _find(stream: _Readable, marks: tuple[bytes, ...], budget: Budget) -> tuple[int, bytes] | None:
    """Return where the first mark stands, and what has been read of what begins with it."""
    at, text = 0, b""
    while chunk := stream.read(_CHUNK):
        budget.spend(len(chunk))
        text += chunk
        places = [place for mark in marks if (place := text.find(mark)) >= 0]
        if places:
            return at + min(places), text[min(places) :]
        kept = max(map(len, marks)) - 1
        at += max(0, len(text) - kept)
        text = text[-kept:]
    return None


def _beginning(stream: _Readable, text: bytes, limit: int) -> bytes:
    """Read on, up to so many bytes."""
    while len(text) < limit and (chunk := stream.read(limit - len(text))):
        text += chunk
    return text[:limit]


class _Unpacked:
    """What is packed in a frame, up to where that ends, or is damaged."""

    def __init__(self, file: IO[bytes]) -> None:
        """Begin where the file stands; ``ModuleNotFoundError`` where nothing can unpack it."""
        try:
            new: Any = import_module("compression.zstd")
            self._read, self._error = partial(_next, new.ZstdDecompressor(), file), new.ZstdError
        except ModuleNotFoundError:
            old: Any = import_module("zstandard")
            stream = old.ZstdDecompressor().stream_reader(file)
            self._read, self._error = stream.read1, old.ZstdError  # read() drops it at an error

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes."""
        try:
            content: bytes = self._read(size)
        except (self._error, EOFError):
            return b""
        return content


def _next(unpacking: Any, file: IO[bytes], size: int) -> bytes:
    """Return what comes next in one frame; ``ZstdFile`` would go on with millions of others."""
    while not unpacking.eof:
        data = file.read(_CHUNK) if unpacking.needs_input else b""
        is_over = unpacking.needs_input and not data
        content: bytes = unpacking.decompress(data, size)
        if content or is_over:
            return content
    return b""
