"""Reads ``uv.lock``, version 1: a graph of packages, their extras and their groups.

https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile describes it; revisions only add
keys. ``resolution-markers`` are not needed to walk it, since each edge names its fork.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName

from hatch_sentry_modules.document import Table, read_toml, shown
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Edge, Graph, Key, MarkerText, Node, Selection
from hatch_sentry_modules.project import Project

LOCAL_SOURCES = ("editable", "virtual", "directory")
"""The kinds of source that name a folder, with its path from the lock file."""

NO_VERSION = "the lock file holds no version for a dynamic source"


class _Package(NamedTuple):
    name: NormalizedName
    version: str | None
    source: Table
    table: Table


def find_workspace_lock(root: Path) -> Path | None:
    """Find the ``uv.lock`` of the nearest folder above a project."""
    return next((path for up in root.parents if (path := up / "uv.lock").is_file()), None)


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a ``uv.lock``; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_toml(path)
    if document.values.get("version") != 1:
        fault = "is not 1, the only version that is known"
        raise document.error("version", fault, "Lock with a uv that writes version 1")
    return _Lock(document, path.parent, project, selection).graph()


class _Lock:
    """A lock file with its packages by name, on the way to a graph."""

    def __init__(
        self, document: Table, root: Path, project: Project, selection: Selection
    ) -> None:
        self.document = document
        self.root = root
        self.project = project
        self.selection = selection
        self.active: Set[str] = frozenset()
        self.packages = [
            _Package(table.name(), table.version(), table.table("source"), table)
            for table in document.tables("package")
        ]
        self.by_name: dict[NormalizedName, list[int]] = {}
        for index, package in enumerate(self.packages):
            self.by_name.setdefault(package.name, []).append(index)

    def graph(self) -> Graph:
        """Make the graph, again and again until the conflict markers see all active extras."""
        while True:
            roots = tuple(self._roots())
            nodes = dict(self._nodes())
            active = self.active | _active(roots, nodes, self.packages)
            if active == self.active or not self.document.values.get("conflicts"):
                break
            self.active = active
        return Graph(
            file=self.document.file,
            roots=roots,
            nodes=nodes,
            requires_python=self.document.specifiers("requires-python"),
            environments=tuple(self._environments()),
        )

    def _environments(self) -> Iterator[MarkerText]:
        for index, text in enumerate(self.document.strings("supported-markers")):
            marker = self.document.parse_marker(text, f"supported-markers[{index}]")
            if not isinstance(marker, bool):
                yield marker

    def _roots(self) -> Iterator[Edge]:
        for index in self._members():
            if self.selection.runtime:
                yield Edge((index, "", ""))
            package = self.packages[index]
            extras = package.table.table("optional-dependencies").values
            for extra in extras if self.selection.all_extras else self.selection.extras:
                if extra in extras:
                    yield Edge((index, "extra", extra))
            for group in self.selection.groups:
                if group in package.table.table("dev-dependencies").values:
                    yield Edge((index, "group", group))

    def _members(self) -> list[int]:
        """Find the packages that are asked for: one member, or all of them."""
        local = {
            index: kind
            for index, package in enumerate(self.packages)
            for kind in LOCAL_SOURCES
            if kind in package.source.values
        }
        wanted = self.selection.package or self.project.name
        members = [self.document.parse_name(name, "") for name in self.document.table("manifest").strings("members")]
        if self.selection.all_packages or wanted is None:
            return [i for i in local if not members or self.packages[i].name in members]
        found = [index for index in local if self.packages[index].name == wanted]
        if not found:
            fault = f"the lock file holds no workspace member named {wanted!r}"
            raise self.document.error("package", fault, "Run 'uv lock' anew")
        return found

    def _nodes(self) -> Iterator[tuple[Key, Node]]:
        for index, package in enumerate(self.packages):
            table = package.table
            name, version = package.name, package.version
            reason = "" if version else NO_VERSION
            edges = tuple(self._edges(table, "dependencies"))
            yield (index, "", ""), Node(name, version, edges, reason)
            base = Edge((index, "", ""))
            for kind, key in (("extra", "optional-dependencies"), ("group", "dev-dependencies")):
                optional = table.table(key)
                for choice in optional.values:
                    more = tuple(self._edges(optional, choice))
                    edges = (base, *more) if kind == "extra" else more
                    yield (index, kind, choice), Node(name, version, edges, reason, kind == "extra")

    def _edges(self, table: Table, key: str) -> Iterator[Edge]:
        for place, entry in _entries(table, key):
            marker = entry.marker(extras=frozenset(self.active))
            if marker is False:
                continue
            text = None if marker is True else marker
            index = self._pick(entry, place)
            yield Edge((index, "", ""), text)
            known = self.packages[index].table.table("optional-dependencies").values
            for extra in entry.strings("extra"):
                if extra in known:
                    yield Edge((index, "extra", extra), text)

    def _pick(self, entry: Table, place: str) -> int:
        """Find the package that an edge names, by version and source where there are forks."""
        name = entry.name()
        version, source = entry.string("version"), entry.table("source").values
        found = [
            index
            for index in self.by_name.get(name, ())
            if (version is None or self.packages[index].version == version)
            and (not source or self.packages[index].source.values == source)
        ]
        if len(found) != 1:
            fault = f"{len(found)} packages in the file are {name!r}, not one"
            raise SourceError(self.document.file, place, fault, "Run 'uv lock' anew")
        return found[0]


def _entries(table: Table, key: str) -> Iterator[tuple[str, Table]]:
    """Give the entries of a dependency array; a later revision may write them as strings."""
    values = table.values.get(key, [])
    if not isinstance(values, list):
        raise table.error(key, "is not an array")
    for index, value in enumerate(values):
        place = f"{table.place_of(key)}[{index}]"
        if isinstance(value, str):
            value = _entry(value, table.file, place)
        if not isinstance(value, dict):
            raise SourceError(table.file, place, "is neither a table nor a string")
        yield place, Table(value, file=table.file, place=place)


def _entry(text: str, file: str, place: str) -> dict[str, object]:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        fault = f"{shown(text)} is not a valid requirement (PEP 508)"
        raise SourceError(file, place, fault) from None
    entry: dict[str, object] = {"name": requirement.name, "extra": sorted(requirement.extras)}
    if requirement.specifier:
        entry["version"] = str(requirement.specifier).lstrip("=")
    if requirement.marker:
        entry["marker"] = str(requirement.marker)
    return entry


def _active(roots: tuple[Edge, ...], nodes: dict[Key, Node], packages: list[_Package]) -> set[str]:
    """Name all extras and groups that are reached, as the conflict markers spell them."""
    active = set()
    stack, seen = [edge.target for edge in roots], set()
    while stack:
        key = stack.pop()
        if key in seen:
            continue
        seen.add(key)
        stack.extend(edge.target for edge in nodes[key].edges)
        index, kind, choice = key  # type: ignore[misc]
        name = packages[index].name
        active.add(f"{kind}-{len(name)}-{name}-{choice}" if kind else f"project-{len(name)}-{name}")
    return active
