"""Walks a ``poetry.lock`` of version 1.x or 2.0, from what ``pyproject.toml`` depends on.

Such a file says of each package what it needs, and not when it is needed itself. Where one name
is locked in one version, which is nearly always, no constraint has to be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from packaging.utils import NormalizedName

from hatch_sentry_modules.errors import unknown_choice
from hatch_sentry_modules.model import Edge, Key, MarkerText, Node, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.sources.poetry.dependency import (
    Dependency,
    extra_dependencies,
    is_optional,
    package_dependencies,
    read_condition,
    read_dependency,
    read_entries,
)
from hatch_sentry_modules.sources.poetry.forks import Forks
from hatch_sentry_modules.sources.poetry.packages import Package, to_node
from hatch_sentry_modules.sources.poetry.project import MAIN, dependency_tables
from hatch_sentry_modules.sources.poetry.syntax import Constraint

NOT_LOCKED = "the lock file does not hold it"

_Target: TypeAlias = tuple[Package, NormalizedName | None]
"""A package, or one of its extras."""


class Walk:
    """The packages of a lock file by name, and what is reached of them."""

    def __init__(self, packages: Iterable[Package], project: Project, python: Constraint) -> None:
        """Take what is walked.

        Args:
            packages: The packages of the lock file.
            project: The project, whose ``pyproject.toml`` says where the walk begins.
            python: The Pythons that the lock file is for.
        """
        self._project = project
        self._python = python
        self._by_name: dict[NormalizedName, list[Package]] = {}
        for package in packages:
            self._by_name.setdefault(package.name, []).append(package)

    def graph(
        self, root: Path, selection: Selection, optional: Set[NormalizedName]
    ) -> tuple[tuple[Edge, ...], dict[Key, Node]]:
        """Give the roots and the nodes that they reach.

        Args:
            root: The lock file's folder.
            selection: The groups that are asked for.
            optional: The names that the asked extras of the project add.

        Raises:
            SourceError: There is no such group, or something on the way cannot be read.
        """
        needed = tuple(self._needed(selection, optional))
        reached = self._reach(needed)
        every = tuple(chain(needed, *reached.values()))
        forks = Forks(self._python, self._decided(every))
        nodes: dict[Key, Node] = {
            dependency.name: Node(dependency.name, None, reason=NOT_LOCKED)
            for dependency in every
            if not dependency.candidates
        }
        for (package, extra), dependencies in reached.items():
            node = to_node(package, root, tuple(_edges(dependencies, forks)))
            nodes[package, extra] = node._replace(is_listed=extra is None)
        return tuple(_edges(needed, forks)), nodes

    def _needed(self, selection: Selection, optional: Set[NormalizedName]) -> Iterator[Dependency]:
        """Give what the project itself depends on in the asked groups."""
        tables = list(dependency_tables(self._project))
        known = {group for group, _ in tables}
        pyproject = self._project.table
        for group in sorted(selection.groups - known):
            raise unknown_choice(pyproject.file, "dependency group", group, known)
        asked = selection.groups | ({MAIN} if selection.runtime else set())
        if MAIN in asked - known:
            fault = "is missing, so the lock file is stale: one before 2.1 is walked from there"
            raise pyproject.error("tool.poetry.dependencies", fault, "Run 'poetry lock'")
        for group, table in tables:
            for name, entry in read_entries(table) if group in asked else ():
                is_wanted = name in optional or not is_optional(entry)
                marker = is_wanted and name != "python" and read_condition(entry, frozenset())
                if marker is not False:
                    yield read_dependency(name, entry, marker, self._by_name)

    def _reach(self, needed: Iterable[Dependency]) -> dict[_Target, tuple[Dependency, ...]]:
        reached: dict[_Target, tuple[Dependency, ...]] = {}
        stack = list(_targets(needed))
        while stack:
            package, extra = target = stack.pop()
            if target not in reached:
                found = (
                    package_dependencies(package, self._by_name)
                    if extra is None
                    else extra_dependencies(package, extra, self._by_name)
                )
                # A package that needs the project meets the project itself, which is not locked.
                reached[target] = tuple(d for d in found if d.name != self._project.name)
                stack.extend(_targets(reached[target]))
        return reached

    def _decided(
        self, dependencies: Iterable[Dependency]
    ) -> Iterator[tuple[Package, MarkerText | None]]:
        for dependency in dependencies:
            if len(dependency.candidates) == 1 and len(self._by_name[dependency.name]) > 1:
                yield dependency.candidates[0], dependency.marker


def _targets(dependencies: Iterable[Dependency]) -> Iterator[_Target]:
    for dependency in dependencies:
        for package in dependency.candidates:
            yield package, None
            yield from ((package, extra) for extra in dependency.extras)


def _edges(dependencies: Iterable[Dependency], forks: Forks) -> Iterator[Edge]:
    for dependency in dependencies:
        if not dependency.candidates and dependency.marker is None:
            yield Edge(dependency.name)
        for package, marker in forks.decide(dependency.candidates, dependency.marker):
            yield Edge((package, None), marker)
            yield from (Edge((package, extra), marker) for extra in dependency.extras)
