"""Reads the files of a zip archive, whatever stands before it."""

import struct
import zlib
from collections.abc import Iterator
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile

from hatch_sentry_modules.archives import zip_directory
from hatch_sentry_modules.archives.zip_directory import Entry
from hatch_sentry_modules.artifacts.containers.container import (
    ArtifactError,
    Budget,
    File,
    Wanted,
    unpacked,
)

METHODS = {ZIP_STORED, ZIP_DEFLATED}
OTHER_METHOD = "is compressed in a way that Python does not import"

_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 1
_PLAIN_DEFLATE = -15


class ZipArchive:
    """A zip archive, whose entries are unpacked as Python's own importer does."""

    kind = "zip"

    def __init__(self, name: str, file: IO[bytes], budget: Budget) -> None:
        self._name, self._file, self._budget = name, file, budget

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Return the files that are wanted, as :class:`container.Container` says."""
        try:
            listed = zip_directory.read(self._file)
            self._budget.spend(len(listed.records))
            for entry in listed.entries():
                if limit := wanted(entry.name):
                    yield self._read(entry, limit)
        except BadZipFile as error:
            fault = f"is not a whole zip archive ({error})"
            raise ArtifactError(file=self._name, fault=fault) from None

    def _read(self, entry: Entry, limit: int) -> File:
        if entry.flags & _ENCRYPTED:
            return File(entry.name, None, "is encrypted")
        if entry.method not in METHODS:
            return File(entry.name, None, OTHER_METHOD)
        try:
            content = self._content(entry, limit)
        except (OSError, ValueError, struct.error, zlib.error):
            return File(entry.name, None, "is damaged")
        if len(content) < limit and zlib.crc32(content) != entry.crc:
            return File(entry.name, None, "is damaged")
        return File(entry.name, content)

    def _content(self, entry: Entry, limit: int) -> bytes:
        self._file.seek(entry.start)
        mark, name, extra = _HEADER.unpack(self._file.read(_HEADER.size))
        if mark != b"PK\3\4":
            raise zlib.error
        self._file.seek(name + extra, 1)
        if entry.method == ZIP_DEFLATED:
            read = self._file.read
            return unpacked(read, entry.packed, limit, _PLAIN_DEFLATE, self._budget)
        content = self._file.read(min(entry.packed, limit))
        self._budget.spend(len(content))
        return content
