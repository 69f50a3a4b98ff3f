"""Reads a generated module that is there only compiled, without executing it.

Its constants are followed through the few instructions that a generated module is compiled to.
What is below an ``if`` is known to be conditional, but not on what.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from hatch_sentry_modules.artifacts import marshalled
from hatch_sentry_modules.artifacts.generated_module import ReadModule, from_values
from hatch_sentry_modules.artifacts.marshalled import Code, MarshalError

LONGEST = 1 << 21
"""Longer modules are not read."""

HEADER = 16
"""How long the header of a compiled module is (PEP 552)."""

VERSIONS = {
    3413: (3, 8), 3425: (3, 9), 3439: (3, 10), 3495: (3, 11), 3531: (3, 12), 3571: (3, 13),
}  # fmt: skip
"""The Python of each magic number, the first two bytes of compiled modules, that can be read."""

# https://github.com/python/cpython/blob/main/Lib/opcode.py of each version
_TO_3_12 = {
    60: "STORE_SUBSCR", 90: "STORE_NAME", 100: "LOAD_CONST", 101: "LOAD_NAME", 103: "BUILD_LIST",
    105: "BUILD_MAP", 144: "EXTENDED_ARG", 147: "MAP_ADD", 156: "BUILD_CONST_KEY_MAP",
    162: "LIST_EXTEND", 165: "DICT_UPDATE",
}  # fmt: skip
_IN_3_13 = {
    39: "STORE_SUBSCR", 114: "STORE_NAME", 83: "LOAD_CONST", 92: "LOAD_NAME", 47: "BUILD_LIST",
    48: "BUILD_MAP", 71: "EXTENDED_ARG", 95: "MAP_ADD", 46: "BUILD_CONST_KEY_MAP",
    81: "LIST_EXTEND", 69: "DICT_UPDATE",
}  # fmt: skip


class _Name(NamedTuple):
    """A name whose value was loaded."""

    text: Any


class _UnexpectedError(Exception):
    """An instruction does something that none of a generated module does."""


def parse(content: bytes) -> ReadModule:
    """Read a compiled module (a ``.pyc`` file); what cannot be read is all fault."""
    if len(content) > LONGEST:
        return ReadModule(faults=(f"It is longer than {LONGEST} bytes, so it is not read.",))
    version = VERSIONS.get(int.from_bytes(content[:2], "little"))
    if version is None:
        return ReadModule(faults=("It is compiled for a Python that cannot be read exactly.",))
    try:
        code = marshalled.read(content[HEADER:], version)
    except MarshalError:
        code = None
    if not isinstance(code, Code):
        return ReadModule(faults=("It is not a whole compiled module.",))
    return _Follower(code, version).read()


class _Follower:
    """Follows the constants from one statement to the next; no instruction is executed."""

    def __init__(self, code: Code, version: tuple[int, int]) -> None:
        self._code = code
        self._names = _IN_3_13 if version >= (3, 13) else _TO_3_12
        self._stack: list[Any] = []
        self._values: dict[str, object] = {}
        self._conditional: list[tuple[object, object, str | None]] = []

    def read(self) -> ReadModule:
        for name, argument in self._instructions():
            self._follow_or_forget(name, argument)
        return from_values(self._values, self._conditional)

    def _instructions(self) -> Iterator[tuple[str, int]]:
        """Give the instructions by name; those that no generated module needs have none."""
        extended = 0
        code = self._code.instructions
        for number, argument in zip(code[::2], code[1::2], strict=False):
            name = self._names.get(number, "")
            full = extended << 8 | argument
            extended = full & 0xFFFFFF if name == "EXTENDED_ARG" else 0
            if number and name != "EXTENDED_ARG":  # 0 is room for the interpreter's own notes
                yield name, full

    def _follow_or_forget(self, name: str, argument: int) -> None:
        """Drop what is known where an instruction is not understood: the next statement is."""
        try:
            self._follow(name, argument)
        except (_UnexpectedError, LookupError, TypeError, ValueError, AttributeError):
            self._stack.clear()

    def _follow(self, name: str, argument: int) -> None:
        stack = self._stack
        if name == "LOAD_CONST":
            stack.append(self._code.constants[argument])
        elif name == "LOAD_NAME":
            stack.append(_Name(self._code.names[argument]))
        elif name == "STORE_NAME":
            self._values[self._code.names[argument]] = stack.pop()
        elif name == "STORE_SUBSCR":
            key, table, version = stack.pop(), stack.pop(), stack.pop()
            if table == _Name("MODULES"):
                self._conditional.append((key, version, None))
        else:
            self._build(name, argument)

    def _build(self, name: str, argument: int) -> None:
        stack = self._stack
        if name == "BUILD_MAP":
            items = self._pop(2 * argument)
            stack.append(dict(zip(items[::2], items[1::2], strict=True)))
        elif name == "BUILD_CONST_KEY_MAP":
            keys = stack.pop()
            stack.append(dict(zip(keys, self._pop(argument), strict=True)))
        elif name == "BUILD_LIST":
            stack.append(self._pop(argument))
        elif name == "MAP_ADD":
            key, value = self._pop(2)
            stack[-argument].update({key: value})
        elif name in {"DICT_UPDATE", "LIST_EXTEND"}:
            more = stack.pop()
            add = stack[-argument].update if name == "DICT_UPDATE" else stack[-argument].extend
            add(more)
        else:
            raise _UnexpectedError

    def _pop(self, count: int) -> list[Any]:
        if count > len(self._stack):
            raise _UnexpectedError
        cut = len(self._stack) - count
        popped = self._stack[cut:]
        del self._stack[cut:]
        return popped
