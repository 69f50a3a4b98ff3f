"""Reads a generated module without executing it, as ``MANIFEST_FORMAT.md`` describes it.

Not with :mod:`ast`: a tree takes hundreds of times the text's memory, and Python warns that text
which is nested deeply enough crashes its parser. What a module can hold is flat, so it is matched.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from hatch_sentry_modules.artifacts.artifact import printable
from hatch_sentry_modules.document import is_version

LONGEST = 1 << 20
"""Longer modules are not read: this is room for twenty thousand distributions."""

MOST_FAULTS = 20

_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_FILLER = re.compile(r"(?:\s|#[^\n]*)*")
_TOKEN = re.compile(rf"{_STRING}|None\b|[0-9]+\b|[][{{}}:,]")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z_0-9]*)[ \t]*=[ \t]*(?!=)")
_BLOCK = re.compile(r"if[ \t]([^\n]*):[ \t]*(?:#[^\n]*)?\n")
_ENTRY = re.compile(
    rf"[ \t]+MODULES\[[ \t]*({_STRING})[ \t]*\][ \t]*=[ \t]*({_STRING})[ \t]*(?:#[^\n]*)?(?:\n|$)"
)
_KNOWN = ("import ", "#", "def _")
_LONGEST_VALUE = 2000


class Listed(NamedTuple):
    """A line of a manifest; ``key`` is the name as it stands there.

    ``condition`` is the Python expression of its ``if``, empty where there is none; it is
    ``None`` where there is one that could not be read.
    """

    name: NormalizedName
    key: str
    version: str
    condition: str | None = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadModule:
    """What a generated module says; all text in it is printable, names and versions are valid.

    ``faults`` are sentences about what stands in it and is not part of the format.
    """

    format: int | None = None
    source: str = ""
    project: str | None = None
    listed: tuple[Listed, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    omit: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


class _FormatError(Exception):
    """Something is not part of the format."""


def parse(content: bytes) -> ReadModule:
    """Read a generated module; what is malformed in it is skipped alone, and named in ``faults``.

    A module that is too long, or is no text, is all fault.
    """
    if len(content) > LONGEST:
        return ReadModule(faults=(f"It is longer than {LONGEST} bytes, so it is not read.",))
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return ReadModule(faults=("It is not UTF-8 text.",))
    return _Reader(text).read()


class _Reader:
    """Goes through the text once, statement by statement."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._values: dict[str, object] = {}
        self._conditional: list[tuple[object, object, str | None]] = []
        self._faults: list[str] = []

    def read(self) -> ReadModule:
        while self._at < len(self._text):
            self._statement()
        return from_values(self._values, self._conditional, self._faults)

    def _statement(self) -> None:
        start = self._at
        if found := _ASSIGNMENT.match(self._text, start):
            self._at = found.end()
            try:
                self._values[found[1]] = self._value()
            except _FormatError:
                if found[1].isupper():
                    self._fault(start, f"the value of {printable(found[1], 40)} is not plain data")
                self._skip_line()
        elif found := _BLOCK.match(self._text, start):
            self._at = found.end()
            self._block(printable(found[1].strip(), _LONGEST_VALUE))
        else:
            line = self._line()
            if line[:1].strip() and not line.startswith(_KNOWN):
                self._fault(start, "a statement is not part of the format")
            self._skip_line()

    def _block(self, condition: str) -> None:
        """Read the lines below an ``if``; others with an indent are skipped as statements are."""
        while found := _ENTRY.match(self._text, self._at):
            self._at = found.end()
            name, version = _string(found[1]), _string(found[2])
            self._conditional.append((name, version, condition))

    def _value(self) -> object:
        token = self._token()
        if token == "{":  # noqa: S105  # a bracket, not a password
            return dict(self._items("}"))
        if token == "[":  # noqa: S105  # the same
            return [key for key, _ in self._items("]")]
        return _scalar(token)

    def _items(self, end: str) -> Iterator[tuple[str, object]]:
        token = self._token()
        while token != end:
            key = _scalar(token)
            if not isinstance(key, str):
                raise _FormatError
            value: object = None
            if end == "}":
                self._expect(":")
                value = _scalar(self._token())
            yield key, value
            token = self._token()
            if token == ",":  # noqa: S105  # a comma, not a password
                token = self._token()
            elif token != end:
                raise _FormatError

    def _expect(self, token: str) -> None:
        if self._token() != token:
            raise _FormatError

    def _token(self) -> str:
        filler = _FILLER.match(self._text, self._at)
        found = _TOKEN.match(self._text, filler.end() if filler else self._at)
        if not found:
            raise _FormatError
        self._at = found.end()
        return found[0]

    def _line(self) -> str:
        end = self._text.find("\n", self._at)
        return self._text[self._at : end if end >= 0 else None]

    def _skip_line(self) -> None:
        self._at += len(self._line()) + 1

    def _fault(self, place: int, fault: str) -> None:
        if len(self._faults) < MOST_FAULTS:
            line = self._text.count("\n", 0, place) + 1
            self._faults.append(f"Line {line}: {fault}.")


def from_values(
    values: Mapping[str, object],
    conditional: Iterable[tuple[object, object, str | None]],
    faults: Iterable[str] = (),
) -> ReadModule:
    """Check the values of a module's names, and of its lines below an ``if``."""
    found = list(faults)
    if not isinstance(values.get("MODULES"), dict):
        found.append("It holds no table MODULES.")
    form, source, project = (values.get(name) for name in ("FORMAT", "SOURCE", "PROJECT"))
    omit = values.get("OMIT")
    always: list[tuple[object, object, str | None]] = [
        (key, version, "") for key, version in _table(values.get("MODULES"))
    ]
    return ReadModule(
        format=form if isinstance(form, int) else None,
        source=printable(source) if isinstance(source, str) else "",
        project=project if isinstance(project, str) and normalized(project) else None,
        listed=tuple(_listed([*always, *conditional], found)),
        skipped={
            key: printable(reason, _LONGEST_VALUE)
            for key, reason in _table(values.get("SKIPPED"))
            if isinstance(key, str) and normalized(key) and isinstance(reason, str)
        },
        omit=tuple(key for key in omit if isinstance(key, str) and normalized(key))
        if isinstance(omit, list)
        else (),
        faults=tuple(found),
    )


def _listed(
    lines: Iterable[tuple[object, object, str | None]], faults: list[str]
) -> Iterator[Listed]:
    for key, version, condition in lines:
        name = normalized(key) if isinstance(key, str) else None
        if name and isinstance(version, str) and is_version(version):
            yield Listed(name, str(key), version, condition)
        elif len(faults) < MOST_FAULTS:
            faults.append("An entry's name or version is not valid, and it is left out.")


def normalized(name: str) -> NormalizedName | None:
    """Normalize a name (PEP 503); nothing where it is not one that PEP 508 allows."""
    try:
        return canonicalize_name(name, validate=True) if len(name) < _LONGEST_VALUE else None
    except InvalidName:
        return None


def _table(value: object) -> list[tuple[object, object]]:
    return list(value.items()) if isinstance(value, dict) else []


def _scalar(token: str) -> object:
    if token == "None":  # noqa: S105  # Python's None, not a password
        return None
    if token[0] in "\"'":
        return _string(token)
    if token.isdigit() and len(token) < 10:  # noqa: PLR2004  # no FORMAT has so many digits
        return int(token)
    raise _FormatError


def _string(token: str) -> str:
    """Give the value of a string literal, empty where it is not a valid one."""
    if "\\" not in token:
        return token[1:-1]
    try:
        value = ast.literal_eval(token)
    except (SyntaxError, ValueError):
        return ""
    return value if isinstance(value, str) else ""
