"""Tests in Python, such as ``sys.platform == "win32"``; several of one subject become one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from hatch_sentry_modules.markers.logic import Junction, Tree, Word, combine

Point: TypeAlias = tuple[Any, ...]
"""The start of a ``sys.version_info``, without zeros at its end, or a final version's serial."""


VERSION_INFO = "sys.version_info"


class Texts(NamedTuple):
    """That a text is one of some values, or with ``is_negated`` that it is none of them."""

    subject: str
    values: frozenset[str]
    is_negated: bool = False


class Span(NamedTuple):
    """That ``sys.version_info`` lies from one edge up to the next, or from the next up to the next.

    The edges ascend. Where their number is odd, the last stretch has no end.
    """

    edges: tuple[Point, ...]


Predicate: TypeAlias = str | Texts | Span
"""One of the above, or Python that binds tighter than ``and`` and is merged with nothing."""


def merge(tree: Tree[Predicate]) -> Tree[Predicate]:
    """Merge the tests of one subject in each junction."""
    if not isinstance(tree, Junction):
        return tree
    groups: dict[object, list[Tree[Predicate]]] = {}
    for test in map(merge, tree.parts):
        mark = test.subject if isinstance(test, Texts) else test
        mark = VERSION_INFO if isinstance(test, Span) else mark
        groups.setdefault(mark, []).append(test)
    return combine(tree.word, [_merge_group(tree.word, group) for group in groups.values()])


def _merge_group(word: Word, group: Sequence[Tree[Predicate]]) -> Tree[Predicate]:
    if texts := [test for test in group if isinstance(test, Texts)]:
        return _merge_texts(word, texts)
    spans = [test for test in group if isinstance(test, Span)]
    return _merge_spans(word, spans) if spans else group[0]


def _merge_texts(word: Word, tests: Sequence[Texts]) -> Tree[Predicate]:
    """Join tests of one subject; ``a or b`` is ``not (not a and not b)``."""
    is_negated = word == "or"
    allowed = [test.values for test in tests if test.is_negated is is_negated]
    refused = [test.values for test in tests if test.is_negated is not is_negated]
    if not allowed:
        return Texts(tests[0].subject, frozenset().union(*refused), not is_negated)
    values = frozenset.intersection(*allowed).difference(*refused)
    return Texts(tests[0].subject, values, is_negated) if values else is_negated


def _merge_spans(word: Word, tests: Sequence[Span]) -> Tree[Predicate]:
    """Join tests by a walk over all edges that counts the tests which hold."""
    steps = sorted(
        (edge, -1 if index % 2 else 1) for test in tests for index, edge in enumerate(test.edges)
    )
    needed = len(tests) if word == "and" else 1
    holding = 0
    edges: list[Point] = []
    for edge, steps_here in groupby(steps, key=itemgetter(0)):
        holding += sum(step for _, step in steps_here)
        if (holding >= needed) is (len(edges) % 2 == 0):
            edges.append(edge)
    return make_span(edges)


def make_span(edges: Sequence[Point]) -> Tree[Predicate]:
    """Return the test of a version between edges; it is a boolean where they exclude none."""
    if len(edges) > 1 or any(edges):
        return Span(tuple(edges))
    return len(edges) == 1


def write(tree: Tree[Predicate]) -> Tree[str]:
    """Write each test as Python; one of several stretches becomes a junction."""
    if isinstance(tree, Junction):
        return combine(tree.word, [write(part) for part in tree.parts])
    if isinstance(tree, Texts):
        return _write_texts(tree)
    if isinstance(tree, Span):
        ends = zip_longest(tree.edges[::2], tree.edges[1::2])
        return combine("or", [_write_stretch(low, high) for low, high in ends])
    return tree


def _write_texts(test: Texts) -> str:
    if len(test.values) == 1:
        return f"{test.subject} {'!=' if test.is_negated else '=='} {write_literal(*test.values)}"
    values = ", ".join(map(write_literal, sorted(test.values)))
    return f"{test.subject} {'not in' if test.is_negated else 'in'} ({values})"


def _write_stretch(low: Point, high: Point | None) -> str:
    if high is None:
        return f"{VERSION_INFO} >= {_write_point(low)}"
    return f"{_write_point(low)} <= " * bool(low) + f"{VERSION_INFO} < {_write_point(high)}"


def _write_point(point: Point) -> str:
    items = point if len(point) > 1 else (*point, 0)
    return f"({', '.join(map(write_literal, items))})"


def write_literal(value: str | int) -> str:
    """Write a number or a text in ASCII: the one door through which a marker becomes code."""
    text = ascii(value)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text


def trim(point: Point) -> Point:
    """Return a point without the zeros at its end."""
    while point and point[-1] == 0:
        point = point[:-1]
    return point
