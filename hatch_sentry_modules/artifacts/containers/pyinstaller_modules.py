"""Reads a marshalled list of ``(name, (kind, start, length))``, which ``marshal`` does not safely.

https://github.com/pyinstaller/pyinstaller/blob/develop/PyInstaller/archive/writers.py
"""

import struct
from collections.abc import Iterator

_FLAG = 0x80
"""Marks what the rest of the list may refer to by its number."""

_PLAIN = 0x7F
_LIST, _TUPLE, _INTEGER, _REFERENCE = b"[)ir"
_SHORT, _NAMES = b"zZ", b"zZaAut"

_HEAD = struct.Struct("<BI")
_NAME = struct.Struct("<BBBB")
_LONG_NAME = struct.Struct("<3xI")
_PLACE = struct.Struct("<BBBIBIBI")


def read(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Return name, start and length of each module; ``ValueError`` where the list is damaged."""
    try:
        yield from _entries(data)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise ValueError from None


def _entries(data: bytes) -> Iterator[tuple[str, int, int]]:
    mark, count = _HEAD.unpack_from(data)
    if mark & _PLAIN != _LIST:
        raise ValueError
    known: list[int | None] = [None] if mark & _FLAG else []
    at = _HEAD.size
    for _ in range(count):
        pair, two, kind, size = _NAME.unpack_from(data, at)
        start = at + _NAME.size
        if kind & _PLAIN not in _SHORT:
            (size,) = _LONG_NAME.unpack_from(data, at)
            start = at + _LONG_NAME.size
        at = start + size
        place, three, *numbers = _PLACE.unpack_from(data, at)
        at += _PLACE.size
        marks = (pair & _PLAIN, two, place & _PLAIN, three)
        if marks != (_TUPLE, 2, _TUPLE, 3) or kind & _PLAIN not in _NAMES:
            raise ValueError
        if (pair | kind | place) & _FLAG:
            known += [None] * ((pair >= _FLAG) + (kind >= _FLAG) + (place >= _FLAG))
        _integer(numbers[0], numbers[1], known)
        begin = _integer(numbers[2], numbers[3], known)
        length = _integer(numbers[4], numbers[5], known)
        yield data[start : start + size].decode("utf-8", "surrogatepass"), begin, length


def _integer(kind: int, value: int, known: list[int | None]) -> int:
    if kind == _INTEGER:
        return value
    if kind == _INTEGER | _FLAG:
        known.append(value)
        return value
    if kind == _REFERENCE and (referred := known[value]) is not None:
        return referred
    raise ValueError
