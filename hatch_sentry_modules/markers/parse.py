"""Parses the text of a marker to a tree of comparisons, and writes such a tree as text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from packaging.markers import Environment, InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import Version

from hatch_sentry_modules.markers.logic import Tree, Word, combine, write
from hatch_sentry_modules.model import Applies, MarkerText

VARIABLES = tuple(sorted(Environment.__annotations__))
"""The eleven variables of PEP 508, without those that a selection decides."""

VERSION_VARIABLES = frozenset(
    {"implementation_version", "platform_release", "python_full_version", "python_version"}
)
"""The variables that compare as versions (PEP 440) where the other operand lets them."""

MAX_NESTING = 32
"""Real markers nest two or three deep; Python 3.8 reads about ninety parentheses."""

MAX_LITERAL = 500
"""Longer literals are hostile; Python itself refuses numbers of more than 4300 digits."""

_SET_VARIABLES = frozenset({"extras", "dependency_groups"})
_TOKEN = re.compile(r"""[()]|"[^"]*"|'[^']*'|[<>=!~]=?=?|[A-Za-z_.]+""")


class Comparison(NamedTuple):
    """One variable against one literal, which stands on the left if ``is_reversed``."""

    variable: str
    operator: str
    literal: str
    is_reversed: bool = False

    def __str__(self) -> str:
        quote = "'" if '"' in self.literal else '"'
        literal = f"{quote}{self.literal}{quote}"
        if self.is_reversed:
            return f"{literal} {self.operator} {self.variable}"
        return f"{self.variable} {self.operator} {literal}"


@lru_cache(maxsize=2**16)
def parse(text: str) -> Tree[Comparison]:
    """Parse a marker (PEP 508, and PEP 751 for ``extras`` and ``dependency_groups``).

    Raises ``InvalidMarker`` where it is none, nests too deeply, holds what the grammar does not
    allow, or compares what packaging does not in every environment (``"1" ~= platform_release``).
    """
    text = text.strip(" \t")
    tokens = _TOKEN.findall(text)
    _refuse_unsafe(text, tokens)
    try:
        Marker(text)
    except InvalidMarker as error:
        raise InvalidMarker(str(error).partition("\n")[0]) from None
    return _read(deque(tokens), "or")


def _refuse_unsafe(text: str, tokens: Iterable[str]) -> None:
    # The grammar of PEP 508 knows no backslash; packaging reads it as Python does, uv as it is.
    if "\\" in text or not text.replace("\t", " ").isprintable():
        raise InvalidMarker("Backslashes and control characters are not allowed")
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth > MAX_NESTING:
            raise InvalidMarker("Parentheses are nested too deeply")
        if len(token) > MAX_LITERAL:
            raise InvalidMarker("A part of it is too long")


def _read(tokens: deque[str], word: Word) -> Tree[Comparison]:
    """Read parts that a word joins: comparisons, or those joined by ``and`` for ``or``."""
    parts = [_read_part(tokens, word)]
    while tokens and tokens[0] == word:
        tokens.popleft()
        parts.append(_read_part(tokens, word))
    return combine(word, parts)


def _read_part(tokens: deque[str], word: Word) -> Tree[Comparison]:
    if word == "or":
        return _read(tokens, "and")
    if tokens[0] != "(":
        return _read_comparison(tokens)
    tokens.popleft()
    tree = _read(tokens, "or")
    tokens.popleft()
    return tree


def _read_comparison(tokens: deque[str]) -> Comparison:
    left, operator = tokens.popleft(), tokens.popleft()
    if operator == "not":
        operator = f"not {tokens.popleft()}"
    right = tokens.popleft()
    is_reversed = _is_literal(left)
    if is_reversed == _is_literal(right):
        raise InvalidMarker("A comparison needs a variable and a literal")
    name, literal = (right, left) if is_reversed else (left, right)
    name = name.replace(".", "_")
    name = "platform_python_implementation" if name == "python_implementation" else name
    comparison = Comparison(name, operator, literal[1:-1], is_reversed)
    if not _is_defined(comparison):
        raise InvalidMarker(f"{operator!r} is not defined between these operands")
    if operator == "~=" and not is_reversed:
        # Before 26.3 packaging counts the components of "v3.11" and "3.11.0c1" wrongly.
        return comparison._replace(literal=str(Version(comparison.literal)))
    return comparison


def _is_literal(token: str) -> bool:
    return token[0] in "\"'"


def _is_defined(comparison: Comparison) -> bool:
    """Whether packaging gives a verdict in every environment; only a release may be no version."""
    variable, operator, literal, is_reversed = comparison
    if variable in _SET_VARIABLES:
        return is_reversed and operator in {"in", "not in"}
    if operator not in {"~=", "==="}:
        return True
    if is_reversed or variable not in VERSION_VARIABLES:
        return variable in VERSION_VARIABLES - {"platform_release"}
    try:
        Specifier(operator + literal)
    except InvalidSpecifier:
        return False
    return True


def to_applies(tree: Tree[Comparison]) -> Applies:
    """Write a tree as a marker, unless it is true or false."""
    return tree if isinstance(tree, bool) else MarkerText(write(tree))
