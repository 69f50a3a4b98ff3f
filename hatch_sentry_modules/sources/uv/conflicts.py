"""Decides the conflict markers of a ``uv.lock``: which extras and groups are active, and when.

Where extras or groups exclude one another, uv forks, and edges carry markers such as
``extra == 'extra-<length>-<package>-<extra>'``. uv judges them, for one environment, by the set
of what is active there. A universal closure needs to know *when* each of them is active, and puts
that condition in the place of each comparison.
https://github.com/astral-sh/uv/blob/main/crates/uv-resolver/src/lock/installable.rs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product
from typing import TypeAlias

from packaging.markers import InvalidMarker

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.markers.logic import Junction, Tree, combine
from hatch_sentry_modules.markers.opposite import opposite
from hatch_sentry_modules.markers.parse import Comparison, parse, write_marker
from hatch_sentry_modules.model import ALWAYS, NEVER, Condition, MarkerText
from hatch_sentry_modules.resolve import absorb

Item: TypeAlias = str
"""An extra, a group or a project, as the conflict markers spell it."""

Active: TypeAlias = Mapping[Item, Condition]
"""When each item is active; one that is missing never is."""


MAX_DOUBTFUL = 6
"""How many items of one marker may depend on the environment; each doubles the work."""

REMEDY = "Choose other extras or groups"


def item(name: str, kind: str = "", choice: str = "") -> Item:
    """Spell a package's extra or group as conflict markers do, or the package as a project."""
    return f"{kind}-{len(name)}-{name}-{choice}" if kind else f"project-{len(name)}-{name}"


class Conflicts:
    """The sets of items that exclude one another; no set is the common case.

    Raises:
        SourceError: The sets are not what a ``uv.lock`` holds.
    """

    def __init__(self, document: Table) -> None:
        sets = document.values.get("conflicts", [])
        if not isinstance(sets, list):
            raise document.error("conflicts", "is not an array")
        self._file = document.file
        self._rivals: dict[Item, frozenset[Item]] = {}
        for index, value in enumerate(sets):
            items = frozenset(_items(document, f"conflicts[{index}]", value))
            for one in items:
                self._rivals[one] = self.rivals(one) | items - {one}

    def __contains__(self, one: Item) -> bool:
        return one in self._rivals

    def __bool__(self) -> bool:
        return bool(self._rivals)

    def rivals(self, *items: Item) -> frozenset[Item]:
        """Give all that is never active together with an item."""
        return frozenset().union(*(self._rivals.get(one, frozenset()) for one in items))

    def refuse(self, active: Active) -> None:
        """Refuse an item that is always active beside a rival that sometimes is, as uv does."""
        for one in sorted(active):
            rivals = sorted(self.rivals(one) & active.keys())
            if active[one] == ALWAYS and rivals:
                first, second = (name.split("-", 2)[2] for name in (one, rivals[0]))
                raise SourceError(
                    file=self._file,
                    place="conflicts",
                    fault=f"{first!a} excludes {second!a}",
                    remedy=REMEDY,
                )

    def decide(
        self, entry: Table, text: str, active: Active, own: Set[Item] = frozenset()
    ) -> Condition:
        """Turn the marker of an entry into a condition on environments alone.

        Args:
            entry: The entry, for messages.
            text: Its marker.
            active: When each item is active.
            own: What the entry itself activates, so that it is judged where this is active.

        Raises:
            SourceError: It is no marker, or what it says of items cannot be said of environments.
        """
        always = {one for one, condition in active.items() if condition == ALWAYS}
        held = frozenset(always - self.rivals(*own) | own)
        settled = held | self.rivals(*held)
        doubtful = [one for one in active if one not in settled and one in text]
        if not doubtful:
            marker = entry.parse_marker(text, "marker", extras=held)
            return (
                frozenset({frozenset({marker})}) if isinstance(marker, str) else _constant(marker)
            )
        if len(doubtful) > MAX_DOUBTFUL:
            fault = "depends on too many extras that are active in some environments only"
            raise entry.error("marker", fault, REMEDY)
        return self._split(entry, text, active, held, doubtful)

    def _split(
        self,
        entry: Table,
        text: str,
        active: Active,
        held: frozenset[Item],
        doubtful: Sequence[Item],
    ) -> Condition:
        """Split by the first doubtful item: with it where it is active, without it elsewhere."""
        if not doubtful:
            marker = entry.parse_marker(text, "marker", extras=held)
            return _condition(parse(marker)) if isinstance(marker, str) else _constant(marker)
        first, *rest = doubtful
        others = [one for one in rest if one not in self.rivals(first)]
        with_it = self._split(entry, text, active, held | {first}, others)
        without_it = self._split(entry, text, active, held, rest)
        there = with_it if _implies(with_it, without_it) else _both(with_it, active[first])
        if _implies(without_it, with_it):
            return absorb([*there, *without_it])
        return absorb([*there, *_both(without_it, _opposite(entry, active[first]))])


def _items(document: Table, key: str, value: object) -> Iterator[Item]:
    for table in Table({key: value}, file=document.file).tables(key):
        kind = next((kind for kind in ("extra", "group") if kind in table), "")
        name = table.name("package")
        yield item(name, kind, table.required_string(kind)) if kind else item(name)


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


def _opposite(entry: Table, condition: Condition) -> Condition:
    negated = ALWAYS
    for clause in condition:
        try:
            trees = [opposite(parse(marker)) for marker in clause]
        except InvalidMarker as error:
            fault = f"depends on an extra that is not active everywhere, and {error}"
            raise entry.error("marker", fault, REMEDY) from None
        negated = _both(negated, _condition(combine("or", trees)))
    return negated
