"""Reads ``uv.lock``, version 1: a graph of packages, their extras and their groups.

https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path

from packaging.utils import canonicalize_name

from hatch_sentry_modules import model
from hatch_sentry_modules.document import Place, Table, is_number, unsupported
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import ALWAYS, Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.reading import read_lock
from hatch_sentry_modules.resolve import absorb, conditions, reach
from hatch_sentry_modules.sources.uv.conflicts import Active, Conflicts, Item
from hatch_sentry_modules.sources.uv.packages import EXTRA, Packages, Part
from hatch_sentry_modules.sources.uv.roots import Root, Roots

MAX_ROUNDS = 8
"""Real lock files need up to 3 rounds until it is settled which extras are active."""


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a ``uv.lock``; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_lock(path)
    if not is_number(document.values.get("version"), 1):
        raise unsupported(document, "version", "1", "Lock with a uv that writes version 1")
    packages = Packages(document, path.parent)
    found = Roots(document, packages, project, selection)
    roots = found.find()
    conflicts = Conflicts(document)
    active = _settle(document, packages, roots, conflicts) if conflicts else {}
    graph = _Walk(packages, conflicts, active, built=found.asked).graph(document, roots)
    manifest = document.table("manifest")
    overridden = frozenset(entry.name() for entry in manifest.tables("overrides"))
    return graph._replace(
        overridden=overridden.union(manifest.names("excludes")),
        warnings=tuple(_changes(document.file, packages, project)),
    )


def _changes(file: str, packages: Packages, project: Project) -> Iterator[str]:
    """Yield a warning for each requirement that ``lock_freshness`` cannot find stale."""
    own = (packages.all[index] for index in packages.folders)
    tables = (package.table for package in own if package.name == project.name)
    metadata = next((table.table("metadata") for table in tables), None)
    if project.is_dynamic or metadata is None or "requires-dist" not in metadata:
        return
    entries = metadata.tables("requires-dist")
    recorded = {each.name() for each in entries if "extra ==" not in (each.string("marker") or "")}
    declared = {canonicalize_name(each.name): each for each in project.dependencies}
    for name in sorted(recorded - declared.keys()):
        yield f"{file}: it is stale: the project no longer requires {name}. Run 'uv lock' anew."
    for name, requirement in declared.items():
        if requirement.marker and name not in recorded:
            yield f"{file}: it is stale: it was locked without {name}. Run 'uv lock' anew."


def _settle(
    document: Table, packages: Packages, roots: Iterable[Root], conflicts: Conflicts
) -> Active:
    """Find when each item is active: what is activates edges, which may activate more."""
    active = {packages.item(root.part): ALWAYS for root in roots if not root.marker}
    for _ in range(MAX_ROUNDS):
        known = active
        graph = _Walk(packages, conflicts, known, is_first=True).graph(document, roots)
        active = dict(known)
        for part, condition in conditions(graph).items():
            name = packages.item(part) if isinstance(part, Part) and part.kind == EXTRA else None
            if name and name in conflicts:
                active[name] = absorb([*active.get(name, ()), *condition])
        conflicts.refuse(active)
        if active == known:
            return active
    fault = "extras that exclude one another depend on one another as well"
    raise SourceError(file=document.file, place="conflicts", fault=fault)


class _Walk:
    """The way from the roots to nodes; on the first ways edges count the extras they activate."""

    def __init__(
        self,
        packages: Packages,
        conflicts: Conflicts,
        active: Active,
        *,
        built: Set[int] = frozenset(),
        is_first: bool = False,
    ) -> None:
        self._packages, self._conflicts, self._active = packages, conflicts, active
        self._built, self._is_first = built, is_first
        self._decided: dict[tuple[str, frozenset[Item]], model.Condition] = {}
        self._between: dict[Key, Node] = {}

    def graph(self, document: Table, roots: Iterable[Root]) -> Graph:
        """Walk, and make the graph of all that is reached."""
        start = [edge for part, marker, at in roots for edge in self._links([part], marker, at)]
        return Graph(
            file=document.file,
            roots=tuple(start),
            nodes=reach(start, self._node, lambda node: node.edges),
            requires_python=document.specifiers("requires-python"),
            environments=document.markers("supported-markers"),
        )

    def _node(self, part: Key) -> Node:
        if not isinstance(part, Part):
            return self._between[part]
        package = self._packages.all[part.at]
        if part.kind:
            edges = self._edges(package.choices(part.kind), part.choice)
            return Node(package.name, None, tuple(edges), is_listed=False)
        edges = self._edges(package.table, "dependencies")
        version, reason = self._packages.version(part.at)
        # uv installs what a virtual member requires, but not the member.
        is_listed = "virtual" not in package.source or part.at in self._built
        return Node(package.name, version, tuple(edges), reason, is_listed)

    def _edges(self, table: Table, key: str) -> Iterator[Edge]:
        for entry in _entries(table, key):
            index = self._packages.find(entry)
            parts = [Part(index)]
            if "extra" in entry:
                parts += [Part(index, EXTRA, extra) for extra in entry.strings("extra")]
            yield from self._links(parts, entry.string("marker") or "", entry.place)

    def _links(self, parts: Sequence[Part], marker: str, place: Place) -> Iterable[Edge]:
        """Link to parts under the marker that stands at a place; none holds everywhere."""
        if not marker:
            return map(Edge, parts)
        activating = [part for part in parts if part.kind and self._is_first]
        own = frozenset(map(self._packages.item, activating))
        if (marker, own) not in self._decided:
            decided = self._conflicts.decide(place.at("marker"), marker, self._active, own)
            self._decided[marker, own] = decided
        condition = self._decided[marker, own]
        return (self._link(part, clause) for clause in condition for part in parts)

    def _link(self, part: Part, clause: Iterable[model.MarkerText]) -> Edge:
        """Make an edge; since it holds one marker, more of them lead through nodes of their own."""
        edge = Edge(part)
        for marker in sorted(clause):
            if edge.marker is not True:
                key = (edge.target, edge.marker)
                name = self._packages.all[part.at].name
                self._between[key] = Node(name, None, (edge,), is_listed=False)
                edge = Edge(key)
            edge = Edge(edge.target, marker)
        return edge


def _entries(table: Table, key: str) -> Iterator[Table]:
    """Yield the entries of an array; a name may be a string (astral-sh/uv, pull request 21864)."""
    values = table.values.get(key)
    if isinstance(values, list) and str in map(type, values):
        values = [{"name": value} if isinstance(value, str) else value for value in values]
        table = Table({key: values}, table.place)
    return table.tables(key)
