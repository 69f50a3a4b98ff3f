"""Decides the conflict markers of a ``uv.lock``: which extras and groups are active, and when.

Where extras or groups exclude one another, uv forks, and edges carry markers such as
``extra == 'extra-<length>-<package>-<extra>'``. uv judges them, for one environment, by the set
of what is active there. A universal closure needs to know *when* each of them is active, and puts
that condition in the place of each comparison.
https://github.com/astral-sh/uv/blob/main/crates/uv-resolver/src/universal_marker.rs
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import product
from typing import TypeAlias

from packaging.version import InvalidVersion, Version

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.markers.logic import Junction, Tree, combine
from hatch_sentry_modules.markers.parse import Comparison, parse, write_marker
from hatch_sentry_modules.model import ALWAYS, Condition, MarkerText
from hatch_sentry_modules.resolve import absorb

Item: TypeAlias = str
"""An extra, a group or a project, as the conflict markers spell it."""

Active: TypeAlias = Mapping[Item, Condition]
"""When each item is active; one that is missing never is."""

NEVER: Condition = frozenset()

MAX_DOUBTFUL = 6
"""How many items of one marker may depend on the environment; each doubles the work."""

REMEDY = "Choose other extras or groups"

_OPPOSITES = {"==": "!=", "!=": "==", "in": "not in", "not in": "in"}
_PYTHON_VERSIONS = {"python_version", "python_full_version"}


def item(name: str, kind: str = "", choice: str = "") -> Item:
    """Spell a package's extra or group as conflict markers do, or the package as a project."""
    return f"{kind}-{len(name)}-{name}-{choice}" if kind else f"project-{len(name)}-{name}"


def read(document: Table) -> list[frozenset[Item]]:
    """Read the sets of items that exclude one another; no conflict gives an empty list."""
    sets = document.values.get("conflicts", [])
    if not isinstance(sets, list):
        raise document.error("conflicts", "is not an array")
    return [frozenset(_items(document, index, value)) for index, value in enumerate(sets)]


def _items(document: Table, index: int, value: object) -> Iterator[Item]:
    key = f"conflicts[{index}]"
    for table in Table({key: value}, file=document.file).tables(key):
        kind = next((kind for kind in ("extra", "group") if kind in table), "")
        name = table.name("package")
        yield item(name, kind, table.required_string(kind)) if kind else item(name)


def refuse_conflict(file: str, sets: Iterable[Set[Item]], active: Active) -> None:
    """Refuse two items of one set that are both active everywhere, as uv does."""
    always = {name for name, condition in active.items() if condition == ALWAYS}
    for conflict in sets:
        if len(both := sorted(conflict & always)) > 1:
            first, second = (name.split("-", 2)[2] for name in both[:2])
            raise SourceError(file, "conflicts", f"{first!a} excludes {second!a}", REMEDY)


def decide(entry: Table, text: str, active: Active) -> Condition:
    """Turn the marker of an entry into a condition on environments alone.

    Raises:
        SourceError: It is no marker, or what it says of extras cannot be said of environments.
    """
    held = frozenset(name for name, condition in active.items() if condition == ALWAYS)
    doubtful = [name for name in active if name not in held and name in text]
    if not doubtful:
        marker = entry.parse_marker(text, "marker", extras=held)
        return frozenset({frozenset({marker})}) if isinstance(marker, str) else _constant(marker)
    if len(doubtful) > MAX_DOUBTFUL:
        fault = "depends on too many extras that are active in some environments only"
        raise entry.error("marker", fault, REMEDY)
    return _expand(entry, text, held, doubtful, active)


def _expand(
    entry: Table, text: str, held: frozenset[Item], doubtful: Sequence[Item], active: Active
) -> Condition:
    """Split by the first doubtful item: with it where it is active, without it elsewhere."""
    if not doubtful:
        marker = entry.parse_marker(text, "marker", extras=held)
        return _condition(parse(marker)) if isinstance(marker, str) else _constant(marker)
    first, *rest = doubtful
    with_it = _expand(entry, text, held | {first}, rest, active)
    without_it = _expand(entry, text, held, rest, active)
    if with_it == without_it:
        return with_it
    there = with_it if _implies(with_it, without_it) else _both(with_it, active[first])
    if _implies(without_it, with_it):
        return absorb([*there, *without_it])
    return absorb([*there, *_both(without_it, _negated(entry, active[first]))])


def _implies(narrow: Condition, wide: Condition) -> bool:
    """Say whether one condition surely holds wherever another does."""
    return all(any(other <= clause for other in wide) for clause in narrow)


def _both(left: Condition, right: Condition) -> Condition:
    return absorb(one | other for one, other in product(left, right))


def _constant(verdict: bool) -> Condition:
    return ALWAYS if verdict else NEVER


def _condition(tree: Tree[Comparison]) -> Condition:
    """Write a tree as an OR of ANDs, one level of each; what is nested deeper stays a text."""
    if isinstance(tree, bool):
        return _constant(tree)
    alternatives = tree.parts if isinstance(tree, Junction) and tree.word == "or" else (tree,)
    return absorb(
        frozenset(
            MarkerText(write_marker(part))
            for part in (each.parts if isinstance(each, Junction) else (each,))
        )
        for each in alternatives
    )


def _negated(entry: Table, condition: Condition) -> Condition:
    negated = ALWAYS
    for clause in condition:
        trees = [_opposite(entry, parse(marker)) for marker in clause]
        negated = _both(negated, _condition(combine("or", trees)))
    return negated


def _opposite(entry: Table, tree: Tree[Comparison]) -> Tree[Comparison]:
    if isinstance(tree, bool):
        return not tree
    if isinstance(tree, Junction):
        word = "and" if tree.word == "or" else "or"
        return combine(word, [_opposite(entry, part) for part in tree.parts])
    variable, operator, _, is_reversed = tree
    if operator in _OPPOSITES:
        return tree._replace(operator=_OPPOSITES[operator])
    if variable not in _PYTHON_VERSIONS or is_reversed or operator in {"~=", "==="}:
        fault = f"depends on an extra that is active only where {tree}"
        raise entry.error("marker", fault, REMEDY)
    return _opposite_order(tree)


def _opposite_order(tree: Comparison) -> Tree[Comparison]:
    """Turn an order around, between versions of Python.

    ``<`` leaves out the pre-releases of what it names (PEP 440), so ``>=`` is not its opposite:
    ``3.13.0rc1`` meets neither ``< "3.13"`` nor ``>= "3.13"``.
    """
    unequal = tree._replace(operator="!=")
    if tree.operator == "<":
        return tree._replace(operator=">=", literal=_first_of(tree.literal))
    if tree.operator == ">":
        return tree._replace(operator="<=")
    turned = tree._replace(operator="<=" if tree.operator == ">=" else ">=")
    return combine("and", [turned, unequal])


def _first_of(literal: str) -> str:
    try:
        version = Version(literal)
    except InvalidVersion:
        return literal
    return literal if version.is_prerelease else f"{version.public}.dev0"
