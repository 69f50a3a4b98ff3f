"""Decides between several locked versions of one name, for all environments at once.

One that is allowed alone is installed where that holds, else the newest for that Python.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from packaging.markers import InvalidMarker
from packaging.utils import NormalizedName
from packaging.version import Version

from hatch_sentry_modules.markers.logic import Tree, combine, replace
from hatch_sentry_modules.markers.opposite import opposite
from hatch_sentry_modules.markers.parse import Comparison, parse, to_applies
from hatch_sentry_modules.model import Applies, Edge, Node
from hatch_sentry_modules.sources.poetry import syntax
from hatch_sentry_modules.sources.poetry.packages import Package
from hatch_sentry_modules.sources.poetry.syntax import Constraint, allows

Marker = Tree[Comparison]

_PYTHONS = [
    f"{minor}.{micro}" for minor in ("2.7", *map("3.{}".format, range(40))) for micro in (0, 99)
]


class Choice(NamedTuple):
    """The key of a node that leads to one of several packages, or to an extra of it."""

    candidates: tuple[Package, ...]
    extra: NormalizedName | None


class Forks:
    """What decides between the versions of a name: those that some dependency allows alone."""

    def __init__(self, python: Constraint, decided: Iterable[tuple[Package, Applies]]) -> None:
        self._python = python
        self._decided: dict[Package, list[Marker]] = {}
        for package, marker in decided:
            tree = marker if isinstance(marker, bool) else parse(marker)
            self._decided.setdefault(package, []).append(tree)

    def node(self, choice: Choice) -> Node:
        """Make the node of a choice, whose edges lead to each package where it is installed."""
        targets = self._decide(choice.candidates)
        edges = (Edge((package, choice.extra), marker) for package, marker in targets)
        return Node(choice.candidates[0].name, None, tuple(edges), is_listed=False)

    def _decide(self, candidates: Iterable[Package]) -> Iterator[tuple[Package, Applies]]:
        """Yield the packages that can be installed, each with the marker under which it is."""
        versions = {each: Version(each.table.version() or "0") for each in candidates}
        ranked = sorted(versions, key=versions.__getitem__, reverse=True)
        decided = {package: combine("or", self._decided.get(package, ())) for package in ranked}
        rest = combine("and", [_opposite(package, tree) for package, tree in decided.items()])
        for package in ranked:
            fits = self._fits(package)
            chosen = combine("or", [decided[package], combine("and", [rest, fits])])
            rest = combine("and", [rest, _opposite(package, fits)])
            yield package, to_applies(chosen)

    def _fits(self, package: Package) -> Marker:
        """Return on which Pythons a package runs, of those that the project runs on."""
        own = syntax.read_constraint(package.table, "python-versions")
        if all(allows(own, python) for python in _PYTHONS if allows(self._python, python)):
            return True
        return combine("or", [parse(marker) for marker in syntax.to_python_markers(own)])


def _opposite(package: Package, tree: Marker) -> Marker:
    try:
        return opposite(replace(tree, _without_tilde))
    except InvalidMarker:
        fault = "is one of several, and a marker that decides between them has no opposite"
        raise package.table.error("version", fault, "Lock with Poetry 2.0 or later") from None


def _without_tilde(comparison: Comparison) -> Marker:
    """Write ``~= "3.8.1"`` as ``>= "3.8.1"`` and ``== "3.8.*"`` (PEP 440)."""
    if comparison.operator != "~=":
        return comparison
    family = ".".join(map(str, Version(comparison.literal).release[:-1]))
    equal = comparison._replace(operator="==", literal=f"{family}.*")
    return combine("and", [comparison._replace(operator=">="), equal])
