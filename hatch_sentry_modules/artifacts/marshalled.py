"""Reads marshalled data of any Python from 3.8 on, in bounded memory and without making code of it.

Python's own ``marshal`` reads its own version's data only, and is not made for hostile data.
https://github.com/python/cpython/blob/main/Python/marshal.c
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

MOST_OBJECTS = 200_000
DEEPEST = 40

_REFERENCED = 0x80
_CONSTANTS = {"0": None, "N": None, "F": False, "T": True, "S": None, ".": ...}
_FIXED = {"i": "<i", "I": "<q", "g": "<d", "y": "<2d"}
_LONG = "sutaA"
_SHORT = "zZ"
_SEQUENCES = "([<>"

# How many counts and flags stand before the instructions of a code object, and what follows its
# names: objects, and the number of its first line.
_OLD = (6, "oooooio")
_NEW = (5, "oooooioo")
_NEW_SINCE = (3, 11)


class MarshalError(ValueError):
    """Data is cut off, too deep, too much, or no marshalled data."""


class Code(NamedTuple):
    """What is read of a code object: its instructions, constants and names."""

    instructions: bytes
    constants: tuple[Any, ...]
    names: tuple[Any, ...]


def read(data: bytes, version: tuple[int, int]) -> Any:
    """Read one object.

    Args:
        data: The marshalled object; what follows it is left alone.
        version: The Python that wrote it, which decides how code objects are laid out.

    Raises:
        MarshalError: It cannot be read.
    """
    return _Reader(data, version).read(0)


class _Reader:
    """Goes through the data once."""

    def __init__(self, data: bytes, version: tuple[int, int]) -> None:
        self._data = data
        self._at = 0
        self._left = MOST_OBJECTS
        self._references: list[Any] = []
        self._layout = _NEW if version >= _NEW_SINCE else _OLD

    def read(self, depth: int) -> Any:
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            raise MarshalError
        code = self._take(1)[0]
        kind = chr(code & ~_REFERENCED)
        if not code & _REFERENCED:
            return self._value(kind, depth)
        # The place is taken before what is inside an object takes its own.
        index = len(self._references)
        self._references.append(None)
        self._references[index] = value = self._value(kind, depth)
        return value

    def _value(self, kind: str, depth: int) -> Any:  # noqa: PLR0911  # one return for each shape
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind in _FIXED:
            form = _FIXED[kind]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if kind in _LONG or kind in _SHORT:
            data = self._take(self._take(1)[0] if kind in _SHORT else self._size())
            return data if kind == "s" else data.decode("utf-8", "replace")
        if kind == ")" or kind in _SEQUENCES:
            return self._sequence(self._take(1)[0] if kind == ")" else self._size(), depth)
        if kind == "{":
            return self._table(depth)
        if kind == "l":
            # A big number: fifteen bits in each two bytes. None of them is asked for.
            self._take(2 * abs(struct.unpack("<i", self._take(4))[0]))
            return None
        if kind == "r":
            return self._reference()
        if kind == "c":
            return self._code(depth)
        raise MarshalError

    def _sequence(self, size: int, depth: int) -> tuple[Any, ...]:
        if size > self._left:
            raise MarshalError
        return tuple(self.read(depth + 1) for _ in range(size))

    def _table(self, depth: int) -> dict[str, Any]:
        table = {}
        while self._data[self._at : self._at + 1] != b"0":
            key, value = self.read(depth + 1), self.read(depth + 1)
            if isinstance(key, str):
                table[key] = value
        self._at += 1
        return table

    def _reference(self) -> Any:
        index = self._size()
        if index >= len(self._references):
            raise MarshalError
        return self._references[index]

    def _code(self, depth: int) -> Code:
        before, after = self._layout
        self._take(4 * before)
        instructions, constants, names = (self.read(depth + 1) for _ in range(3))
        for kind in after:
            if kind == "i":
                self._take(4)
            else:
                self.read(depth + 1)
        is_right = isinstance(constants, tuple) and isinstance(names, tuple)
        if not isinstance(instructions, bytes) or not is_right:
            raise MarshalError
        return Code(instructions, constants, names)

    def _size(self) -> int:
        return int.from_bytes(self._take(4), "little")

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise MarshalError
        self._at += size
        return taken
