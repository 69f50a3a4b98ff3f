"""Reads the files of a tar archive, such as an sdist."""

import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from hatch_sentry_modules.artifacts.containers.container import FILE, Budget, File, Wanted, cut_off

GZIP = b"\x1f\x8b"
_BLOCK = 512
_MAGIC = slice(257, 262)
_LONGEST_NAME = 1 << 16
_CHUNK = 1 << 16
_PACKED = 1 << 13  # at once: what is not unpacked yet is copied at each reading
_GZIP_FORM = 31
_RECORD = 300  # what it costs to look at one in an extended header
_REGULAR = b"0\0007"
_LINKS = {b"1", b"2"}
_NAMELESS = {b"5", b"g", b"K"}  # a folder, and what says something of other entries
_PAX, _GNU = b"x", b"L"
_SIZE = slice(124, 136)
_CHECKSUM = slice(148, 156)


class _Header(NamedTuple):
    name: bytes
    size: int
    kind: bytes


def is_tar(beginning: bytes) -> bool:
    """Return whether a file begins as a tar archive, or as what is compressed."""
    return beginning.startswith(GZIP) or beginning[_MAGIC] == b"ustar"


class TarArchive:
    """A ``.tar.gz`` or ``.tar`` file, read as a stream and bounded, which ``tarfile`` is not.

    https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
    """

    kind = "tar"

    def __init__(self, name: str, file: IO[bytes], budget: Budget) -> None:
        self._name, self._budget = name, budget
        file.seek(0)
        self._is_packed = file.read(len(GZIP)) == GZIP
        file.seek(0)
        self._file, self._unpacking = file, zlib.decompressobj(_GZIP_FORM)

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Return the files that are wanted, as :class:`container.Container` says."""
        long_name = b""
        while (header := self._header()) is not None:
            blocks = -(-header.size // _BLOCK) * _BLOCK
            if header.kind in {_PAX, _GNU}:
                data = self._read(min(blocks, _LONGEST_NAME))
                is_pax = header.kind == _PAX
                long_name = self._pax_path(data) if is_pax else data.partition(b"\0")[0]
                self._skip(blocks - len(data))
                continue
            place = (long_name or header.name).decode("utf-8", "surrogateescape")
            long_name = b""
            limit = min(wanted(place), header.size) if header.kind in _REGULAR else 0
            if header.kind not in _REGULAR and header.kind not in _NAMELESS and wanted(place):
                is_link = header.kind in _LINKS
                yield File(place, None, "is a link" if is_link else "is of a kind that is not read")
            if limit:
                yield File(place, self._read(limit))
            self._skip(blocks - limit)

    def _header(self) -> _Header | None:
        self._budget.spend(FILE)
        block = self._read(_BLOCK)
        if not any(block):
            return None
        name, prefix = (field.partition(b"\0")[0] for field in (block[:100], block[345:500]))
        if prefix and block[_MAGIC] == b"ustar":
            name = prefix + b"/" + name
        try:
            total = int(block[_CHECKSUM].strip(b"\0 "), 8)
            size = int(block[_SIZE].strip(b"\0 ") or b"0", 8)
        except ValueError:
            total = size = -1
        if size < 0 or total != sum(block) - sum(block[_CHECKSUM]) + 8 * ord(" "):
            raise cut_off(self._name, "tar archive")
        return _Header(name, size, block[156:157])

    def _read(self, size: int) -> bytes:
        self._budget.spend(size)
        try:
            data = self._unpacked(size) if self._is_packed else self._file.read(size)
        except (OSError, zlib.error):
            data = b""
        if len(data) < size:
            raise cut_off(self._name, "tar archive")
        return data

    def _skip(self, size: int) -> None:
        while size > 0:
            size -= len(self._read(min(size, _CHUNK)))

    def _unpacked(self, size: int) -> bytes:
        """Unpack so many bytes; several compressed files, one behind the other, are one."""
        parts = []
        while size > 0 and (rest := self._rest()):
            if self._unpacking.eof:
                self._budget.spend(FILE)
                self._unpacking = zlib.decompressobj(_GZIP_FORM)
            parts.append(self._unpacking.decompress(rest, size))
            size -= len(parts[-1])
        return b"".join(parts)

    def _rest(self) -> bytes:
        left = self._unpacking.unconsumed_tail or self._unpacking.unused_data
        return left or self._file.read(_PACKED)

    def _pax_path(self, data: bytes) -> bytes:
        """Return the name in an extended header, which has records ``LENGTH KEY=VALUE``."""
        at = 0
        while (space := data.find(b" ", at, at + 10)) > at and data[at:space].isdigit():
            self._budget.spend(_RECORD)
            end = at + int(data[at:space])
            if data.startswith(b"path=", space + 1):
                return data[space + 6 : end - 1].partition(b"\0")[0]
            if end <= space:
                break
            at = end
        return b""
