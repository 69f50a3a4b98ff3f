"""Reads the files of a zip archive, whatever stands before it."""

from __future__ import annotations

import io
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from hatch_sentry_modules.artifacts.artifact import ArtifactError, File, Wanted, printable

MOST_ENTRIES = 250_000
_LONGEST_LISTING = 1 << 25
_ENTRY = b"PK\x01\x02"

_BROKEN = (BadZipFile, LargeZipFile, EOFError, OSError, ValueError, zlib.error, lzma.LZMAError)
# Encrypted entries are RuntimeErrors, unknown compressions NotImplementedErrors, which are, too.
_UNREADABLE = (*_BROKEN, RuntimeError)


class _Listing(io.BufferedReader):
    """A file that refuses to give a list of entries that would not fit into bounded memory.

    ``ZipFile`` reads the list in one piece, and makes an object of each entry in it.
    """

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self._size = self.seek(0, io.SEEK_END)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = self._size - self.tell()
        if size > _LONGEST_LISTING:
            raise BadZipFile("the list of its entries is too long")
        data = super().read(size)
        if data.count(_ENTRY) > MOST_ENTRIES:
            raise BadZipFile("it has too many entries")
        return data


class ZipArtifact:
    """A zip archive: wheel, zipapp, shiv, pex, or what AWS Lambda is given."""

    kind = "zip"

    def __init__(self, path: Path) -> None:
        """Open the archive.

        Raises:
            ArtifactError: The list of its entries is damaged, or too long to be read.
        """
        self._name = path.name
        self._file: IO[bytes] = _Listing(io.FileIO(path))
        try:
            self._zip = ZipFile(self._file)
        except _UNREADABLE as error:
            self._file.close()
            raise ArtifactError(
                file=path.name, fault=f"is not a whole zip archive ({error})"
            ) from None

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Give the files that are wanted, as :class:`artifact.Artifact` says."""
        for entry in self._zip.infolist():
            if limit := wanted(entry.filename):
                yield self._read(entry, limit)

    def _read(self, entry: ZipInfo, limit: int) -> File:
        try:
            with self._zip.open(entry) as file:
                return File(entry.filename, file.read(limit))
        except _UNREADABLE as error:
            return File(entry.filename, None, printable(f"cannot be unpacked ({error})"))
