"""Follows the links in a ``pdm.lock`` whose entries do not say in which groups they are."""

from collections.abc import Callable, Iterator, Set
from typing import NamedTuple, TypeAlias, cast

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.model import Applies, Edge, Key, Node
from hatch_sentry_modules.packages_by_name import grouped
from hatch_sentry_modules.project import NOT_LOCKED, PYPROJECT, Project
from hatch_sentry_modules.resolve import reach
from hatch_sentry_modules.sources.pdm import project as pdm_project
from hatch_sentry_modules.sources.pdm.project import DEFAULT

ToNode: TypeAlias = Callable[[Table], Node]


class _Named(NamedTuple):
    """The key of a node that is no entry: a group of the project, or a missing distribution."""

    kind: str
    name: NormalizedName


class Walk:
    """The entries of a lock file by name and extras; ``to_node`` makes one's node without edges."""

    def __init__(
        self, packages: list[Table], project: Project, to_node: ToNode, *, is_universal: bool
    ) -> None:
        self.packages, self.project = packages, project
        self.to_node, self.is_universal = to_node, is_universal
        self.excluded = pdm_project.excluded(project)
        self.entries = grouped(
            ((table.name(), frozenset(table.names("extras"))), index, table)
            for index, table in enumerate(packages)
        )

    def graph(self, chosen: Set[NormalizedName]) -> tuple[tuple[Edge, ...], dict[Key, Node]]:
        """Return the edges from groups of the project, and the nodes that they reach."""
        roots = tuple(edge for group in sorted(chosen) for edge in self._group_edges(group))
        return roots, reach(roots, self._node, lambda node: node.edges)

    def _node(self, key: Key) -> Node:
        if isinstance(key, _Named):
            if key.kind == "group":
                return Node(key.name, None, tuple(self._group_edges(key.name)), is_listed=False)
            return Node(key.name, None, reason=NOT_LOCKED)
        table = self.packages[cast(int, key)]
        return self.to_node(table)._replace(edges=tuple(self._entry_edges(table)))

    def _group_edges(self, group: NormalizedName) -> Iterator[Edge]:
        declared = {DEFAULT, *self.project.optional_dependencies}
        for target, marker in pdm_project.lines(self.project, group):
            if not isinstance(target, Requirement):
                yield Edge(_Named("group", target), marker)
                continue
            for edge in self._edges(target, marker, PYPROJECT.at(group)):
                # What the project declares and the file does not hold is found as stale later.
                if isinstance(edge.target, int) or group not in declared:
                    yield edge

    def _entry_edges(self, table: Table) -> Iterator[Edge]:
        for index, text in enumerate(table.strings("dependencies")):
            place = table.place.at("dependencies").at(index)
            requirement = pdm_project.parse(place, text)
            marker = pdm_project.marker_of(requirement, place)
            # The project itself is no entry; it is installed already.
            if marker is not False and canonicalize_name(requirement.name) != self.project.name:
                yield from self._edges(requirement, marker, place)

    def _edges(self, requirement: Requirement, marker: Applies, place: Place) -> Iterator[Edge]:
        """Yield the edge to the entry of a requirement, or to a skipped node where none is."""
        name = canonicalize_name(requirement.name)
        if name in self.excluded:
            return
        extras = frozenset(map(canonicalize_name, requirement.extras))
        found = self.entries.get((name, extras), [])
        if len(found) > 1:
            found = [index for index in found if self._is_met(requirement, index)]
        if len(found) > 1:
            versions = f"several versions of {name!r} and does not say which to take"
            remedy = "Lock with the strategy 'inherit_metadata', which is PDM's default"
            raise place.error(f"the lock file holds {versions}", remedy)
        if found:
            yield Edge(found[0], marker)
        elif marker is True or not self.is_universal:
            yield Edge(_Named("missing", name), marker)

    def _is_met(self, requirement: Requirement, index: int) -> bool:
        version = self.packages[index].version()
        return version is None or requirement.specifier.contains(version, prereleases=True)
