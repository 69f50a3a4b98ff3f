"""Reads the list at the end of a zip archive, record by record and in bounded memory.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
"""

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple
from zipfile import BadZipFile

LONGEST = 1 << 25
_RECORD = struct.Struct("<4s4x4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4s20xQQQQ")
_LOCATOR_SIZE = 20
_LONGEST_COMMENT = 0xFFFF
_WIDE = 0xFFFFFFFF
_UTF_8 = 0x800


def spelled(name: str) -> str:
    """Return an entry's name as Python imports by it; some tools write Windows' separators."""
    return name.partition("\0")[0].replace("\\", "/")


class Entry(NamedTuple):
    """An entry: where its header begins in the file, and its whole record in the list."""

    name: str
    start: int
    flags: int
    method: int
    crc: int
    packed: int
    record: bytes


class Directory(NamedTuple):
    """The list: its place, what stands before the archive, and whether data stands behind it."""

    start: int
    shift: int
    records: bytes
    comment: bytes
    is_followed: bool

    def entries(self) -> Iterator[Entry]:
        """Return the entries in the order of the list; ``BadZipFile`` where one is damaged."""
        at = 0
        try:
            while at < len(self.records):
                fields = _RECORD.unpack_from(self.records, at)
                mark, flags, method, _, _, crc, packed, size, *lengths, _, _, _, offset = fields
                name = at + _RECORD.size
                end = name + sum(lengths)
                if mark != b"PK\1\2" or end > len(self.records):
                    raise BadZipFile("the list of its entries is damaged")
                if _WIDE in (packed, size, offset):
                    extra = self.records[name + lengths[0] : end - lengths[2]]
                    _, packed, offset = _wide(extra, size, packed, offset)
                encoding = "utf-8" if flags & _UTF_8 else "cp437"
                text = self.records[name : name + lengths[0]].decode(encoding, "replace")
                yield Entry(
                    spelled(text),
                    offset + self.shift,
                    flags,
                    method,
                    crc,
                    packed,
                    self.records[at:end],
                )
                at = end
        except struct.error:
            raise BadZipFile("the list of its entries is damaged") from None


def read(file: IO[bytes]) -> Directory:
    """Return the list of an archive; ``BadZipFile`` where it is damaged, too long or missing."""
    length = file.seek(0, 2)
    tail = max(0, length - _END.size - _LONGEST_COMMENT)
    file.seek(tail)
    data = file.read(length - tail)
    at = data.rfind(b"PK\5\6")
    if not 0 <= at <= len(data) - _END.size:
        raise BadZipFile("it has no list of entries")
    *_, size, offset, comment = _END.unpack_from(data, at)
    end = tail + at
    if wide := _end_64(file, end):
        end, size, offset = wide
    start = end - size
    if start < offset:
        raise BadZipFile("the list of its entries is damaged")
    if size > LONGEST:
        raise BadZipFile("the list of its entries is too long")
    file.seek(start)
    behind = at + _END.size + comment
    return Directory(
        start=start,
        shift=start - offset,
        records=file.read(size),
        comment=data[at + _END.size : behind],
        is_followed=behind < len(data),
    )


def _end_64(file: IO[bytes], end: int) -> tuple[int, int, int] | None:
    """Return where the list ends, its size and its offset, in the form for large archives."""
    begin = end - _LOCATOR_SIZE - _END_64.size
    if begin < 0:
        return None
    file.seek(begin)
    data = file.read(end - begin)
    if not (data.startswith(b"PK\6\6") and data[_END_64.size :].startswith(b"PK\6\7")):
        return None
    _, _, _, size, offset = _END_64.unpack_from(data)
    return begin, size, offset


def _wide(extra: bytes, *values: int) -> Iterator[int]:
    """Replace values that do not fit by those in the extra field for large archives."""
    at = 0
    wide = b""
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            wide = extra[at + 4 : at + 4 + length]
            break
        at += 4 + length
    for value in values:
        if value != _WIDE:
            yield value
        else:
            yield struct.unpack("<Q", wide[:8])[0]
            wide = wide[8:]
