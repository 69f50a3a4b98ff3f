"""Walks a ``poetry.lock`` of version 1.x or 2.0, from what ``pyproject.toml`` depends on."""

from collections.abc import Iterable, Iterator, Set
from itertools import chain
from typing import TypeAlias, cast

from packaging.utils import NormalizedName

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.errors import refuse_unknown
from hatch_sentry_modules.model import Applies, Edge, Key, Node, Selection
from hatch_sentry_modules.project import NOT_LOCKED, Members, Project
from hatch_sentry_modules.resolve import reach
from hatch_sentry_modules.sources.poetry import dependency
from hatch_sentry_modules.sources.poetry.dependency import Dependency
from hatch_sentry_modules.sources.poetry.forks import Choice, Forks
from hatch_sentry_modules.sources.poetry.packages import Package, Packages, to_node
from hatch_sentry_modules.sources.poetry.project import MAIN, dependency_tables
from hatch_sentry_modules.sources.poetry.syntax import Constraint

Target: TypeAlias = tuple[Package, NormalizedName | None]  # or one of its extras


class Walk:
    """The packages of a lock file by name; ``python`` is what it is for."""

    def __init__(self, packages: Iterable[Package], project: Project, python: Constraint) -> None:
        self._packages, self._project, self._python = Packages(packages), project, python

    def graph(
        self, members: Members, selection: Selection, optional: Set[NormalizedName]
    ) -> tuple[tuple[Edge, ...], dict[Key, Node]]:
        """Return the roots, with what the asked extras add, and the nodes that they reach."""
        needed = tuple(self._needed(selection, optional))
        reached = reach(_targets(needed), self._read, _targets)
        every = tuple(chain(needed, *reached.values()))
        forks = Forks(self._python, self._decided(every))
        nodes: dict[Key, Node] = {}
        for key, dependencies in reached.items():
            package, extra = cast(Target, key)
            node, edges = to_node(package, members), tuple(_edges(dependencies))
            nodes[key] = node._replace(edges=edges, is_listed=extra is None)
        for name, _, candidates, extras in every:
            if not candidates:
                nodes[name] = Node(name, None, reason=NOT_LOCKED)
            elif len(candidates) > 1:
                choices = [Choice(candidates, extra) for extra in (None, *extras)]
                nodes.update({each: forks.node(each) for each in choices if each not in nodes})
        return tuple(_edges(needed)), nodes

    def _needed(self, selection: Selection, optional: Set[NormalizedName]) -> Iterator[Dependency]:
        """Yield what the project itself depends on in the asked groups."""
        tables = list(dependency_tables(self._project))
        known = {group for group, _ in tables}
        pyproject = self._project.table
        refuse_unknown(pyproject.file, "dependency group", selection.groups, known)
        asked = selection.groups | ({MAIN} if selection.runtime else set())
        if MAIN in asked - known:
            fault = "is missing, so the lock file is stale: one before 2.1 is walked from there"
            raise pyproject.error("tool.poetry.dependencies", fault, "Run 'poetry lock'")

        def is_wanted(name: NormalizedName, entry: Table) -> bool:
            return name != "python" and (name in optional or not dependency.is_optional(entry))

        for group, table in tables:
            if group in asked:
                yield from dependency.read_dependencies(table, self._packages, is_wanted)

    def _read(self, key: Key) -> tuple[Dependency, ...]:
        package, extra = cast(Target, key)
        if extra is None:
            found = dependency.package_dependencies(package, self._packages)
        else:
            found = dependency.extra_dependencies(package, extra, self._packages)
        # A package that needs the project meets the project itself, which is not locked.
        return tuple(d for d in found if d.name != self._project.name)

    def _decided(self, dependencies: Iterable[Dependency]) -> Iterator[tuple[Package, Applies]]:
        for name, marker, candidates, _ in dependencies:
            if len(candidates) == 1 and self._packages.is_forked(name):
                yield candidates[0], marker


def _targets(dependencies: Iterable[Dependency]) -> Iterator[Edge]:
    """Yield edges to all packages that can be needed, and to the extras of them."""
    for _, _, candidates, extras in dependencies:
        yield from (Edge((each, extra)) for each in candidates for extra in (None, *extras))


def _edges(dependencies: Iterable[Dependency]) -> Iterator[Edge]:
    for name, marker, candidates, extras in dependencies:
        if not candidates and marker is True:
            yield Edge(name)
        for extra in (None, *extras) if candidates else ():
            is_choice = len(candidates) > 1
            yield Edge(Choice(candidates, extra) if is_choice else (candidates[0], extra), marker)
