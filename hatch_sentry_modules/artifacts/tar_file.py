"""Reads the files of a compressed tar archive, such as an sdist."""

from __future__ import annotations

import gzip
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from hatch_sentry_modules.artifacts.artifact import ArtifactError, File, Wanted

MOST_BYTES = 1 << 31
"""How much is unpacked at most: a small file can unpack to any size, and it takes time."""

_LONGEST_NAME = 1 << 16
_CHUNK = 1 << 16
_PAX_PATH = re.compile(rb"[0-9]+ path=([^\n]*)\n")


class TarArtifact:
    """A ``.tar.gz`` file, read as a stream.

    ``tarfile`` holds a list of all entries, and reads the extended header of one in one piece,
    whatever its size; here both stay bounded.
    https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
    """

    kind = "tar"

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._path = path

    def close(self) -> None:
        """Do nothing: the file is open only while it is read."""

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Give the files that are wanted, as :class:`artifact.Artifact` says."""
        with gzip.open(self._path) as stream:
            yield from self._stream(stream, wanted)

    def _stream(self, stream: gzip.GzipFile, wanted: Wanted) -> Iterator[File]:
        long_name = ""
        while (info := self._header(stream)) is not None:
            blocks = -(-info.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
            if info.size < 0 or stream.tell() + blocks > MOST_BYTES:
                raise self._error("unpacks to more than is read of a tar archive")
            if info.type in {tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME}:
                long_name = _name(info, self._read(stream, min(blocks, _LONGEST_NAME)))
                self._skip(stream, blocks - min(blocks, _LONGEST_NAME))
                continue
            place, long_name = long_name or info.name, ""
            limit = min(wanted(place), info.size) if info.isreg() else 0
            if limit:
                yield File(place, self._read(stream, limit))
            self._skip(stream, blocks - limit)

    def _header(self, stream: gzip.GzipFile) -> tarfile.TarInfo | None:
        block = self._read(stream, tarfile.BLOCKSIZE)
        if not any(block):
            return None
        try:
            return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.TarError:
            raise self._error("is not a whole tar.gz archive") from None

    def _read(self, stream: gzip.GzipFile, size: int) -> bytes:
        try:
            data = stream.read(size)
        except (EOFError, OSError, zlib.error):
            data = b""
        if len(data) < size:
            raise self._error("is not a whole tar.gz archive")
        return data

    def _skip(self, stream: gzip.GzipFile, size: int) -> None:
        while size > 0:
            size -= len(self._read(stream, min(size, _CHUNK)))

    def _error(self, fault: str) -> ArtifactError:
        return ArtifactError(
            file=self._name, fault=fault, remedy="The file may be cut off: build it anew"
        )


def _name(info: tarfile.TarInfo, data: bytes) -> str:
    """Give the name that stands in an extended header; nothing where there is none."""
    if info.type == tarfile.XHDTYPE:
        found = _PAX_PATH.search(data)
        data = found[1] if found else b""
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")
