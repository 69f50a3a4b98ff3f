"""Decides the conflict markers of a ``uv.lock``: which extras and groups are active, and when.

Edges carry markers such as ``extra == 'extra-<length>-<package>-<extra>'``, which uv judges for one
environment; a universal closure puts *when* each is active in the place of each comparison.
https://github.com/astral-sh/uv/blob/main/crates/uv-resolver/src/lock/installable.rs
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product
from typing import TypeAlias

from packaging.markers import InvalidMarker

from hatch_sentry_modules.document import Place, Table, tables
from hatch_sentry_modules.markers import to_condition
from hatch_sentry_modules.markers.logic import Junction, Tree, combine, write
from hatch_sentry_modules.markers.parse import Comparison, parse, to_applies
from hatch_sentry_modules.model import ALWAYS, Condition, MarkerText
from hatch_sentry_modules.resolve import absorb

Item: TypeAlias = str
"""An extra, a group or a project, as the conflict markers spell it."""

Active: TypeAlias = Mapping[Item, Condition]

_LITERAL = re.compile(r""""[^"]*"|'[^']*'""")

MAX_DOUBTFUL = 6
"""How many items of one marker may depend on the environment; each doubles the work."""

REMEDY = "Choose other extras or groups"


def item(name: str, kind: str = "", choice: str = "") -> Item:
    """Spell a package's extra or group as conflict markers do, or the package as a project."""
    return f"{kind}-{len(name)}-{name}-{choice}" if kind else f"project-{len(name)}-{name}"


class Conflicts:
    """The sets of items that exclude one another; no set is the common case."""

    def __init__(self, document: Table) -> None:
        self._place = document.place.at("conflicts")
        self._sets: dict[Item, list[frozenset[Item]]] = {}
        for index, value in enumerate(document.array("conflicts")):
            items = frozenset(_items(value, self._place.at(index)))
            for one in items:
                self._sets.setdefault(one, []).append(items)

    def __contains__(self, one: Item) -> bool:
        return one in self._sets

    def __bool__(self) -> bool:
        return bool(self._sets)

    def rivals(self, *items: Item) -> frozenset[Item]:
        """Return all that is never active together with an item."""
        return frozenset(
            rival for one in items for each in self._sets.get(one, ()) for rival in each - {one}
        )

    def refuse(self, active: Active) -> None:
        """Refuse an item that is always active beside a rival that sometimes is, as uv does."""
        for one in sorted(active):
            rivals = self.rivals(one) & active.keys() if active[one] == ALWAYS else frozenset()
            if rivals:
                first, second = (name.split("-", 2)[2] for name in (one, min(rivals)))
                raise self._place.error(f"{first!a} excludes {second!a}", REMEDY)

    def decide(self, place: Place, text: str, active: Active, own: Set[Item]) -> Condition:
        """Turn a marker, judged where ``own`` is active, into a condition on environments alone."""
        barred = self.rivals(*own)

        def is_held(one: Item) -> bool:
            return one in own or (active.get(one) == ALWAYS and one not in barred)

        mentioned = active.keys() & {literal[1:-1] for literal in _LITERAL.findall(text)}
        held = frozenset(one for one in mentioned | own if is_held(one))
        left = sorted(mentioned - held)
        doubtful = [one for one in left if not any(map(is_held, self.rivals(one)))]
        if not doubtful:
            return to_condition(place.marker(text, extras=held))
        if len(doubtful) > MAX_DOUBTFUL:
            fault = "depends on too many extras that are active in some environments only"
            raise place.error(fault, REMEDY)
        return self._split(place, text, active, held, doubtful)

    def _split(
        self, place: Place, text: str, active: Active, held: Set[Item], doubtful: Sequence[Item]
    ) -> Condition:
        """Split by the first doubtful item: with it where it is active, without it elsewhere."""
        if not doubtful:
            marker = place.marker(text, extras=frozenset(held))
            return _condition(parse(marker)) if isinstance(marker, str) else to_condition(marker)
        first, *rest = doubtful
        others = [one for one in rest if one not in self.rivals(first)]
        with_it = self._split(place, text, active, held | {first}, others)
        without_it = self._split(place, text, active, held, rest)
        there = with_it if _implies(with_it, without_it) else _both(with_it, active[first])
        if _implies(without_it, with_it):
            return absorb([*there, *without_it])
        return absorb([*there, *_both(without_it, _opposite(place, active[first]))])


def _items(values: object, place: Place) -> Iterator[Item]:
    if not isinstance(values, list):
        raise place.error("is not an array")
    for table in tables(values, place):
        kind = next((kind for kind in ("extra", "group") if kind in table), "")
        name = table.name("package")
        yield item(name, kind, table.required_string(kind)) if kind else item(name)


def _implies(narrow: Condition, wide: Condition) -> bool:
    """Return whether one condition surely holds wherever another does."""
    return all(any(other <= clause for other in wide) for clause in narrow)


def _both(left: Condition, right: Condition) -> Condition:
    return absorb(one | other for one, other in product(left, right))


def _condition(tree: Tree[Comparison]) -> Condition:
    """Write a tree as an OR of ANDs, one level of each; what is nested deeper stays a text."""
    alternatives = tree.parts if isinstance(tree, Junction) and tree.word == "or" else (tree,)
    clauses = (each.parts if isinstance(each, Junction) else (each,) for each in alternatives)
    return absorb(frozenset(MarkerText(write(part)) for part in parts) for parts in clauses)


def _opposite(place: Place, condition: Condition) -> Condition:
    """Turn a condition around, to one marker: as alternatives it could be endless."""
    from hatch_sentry_modules.markers.opposite import opposite  # seldom needed

    try:
        clauses = (map(opposite, map(parse, clause)) for clause in sorted(map(sorted, condition)))
        trees = [combine("or", clause) for clause in clauses]
    except InvalidMarker as error:
        fault = f"depends on an extra that is not active everywhere, and {error}"
        raise place.error(fault, REMEDY) from None
    return to_condition(to_applies(combine("and", trees)))
