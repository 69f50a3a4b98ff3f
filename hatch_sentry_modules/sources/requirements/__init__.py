"""Reads ``requirements.txt`` as pip installs it: a flat list, in which nothing is resolved."""

from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import NamedTuple, TypeAlias

from packaging.markers import InvalidMarker
from packaging.utils import NormalizedName
from packaging.version import Version

from hatch_sentry_modules import flat_list
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.flat_list import ONE_PLATFORM
from hatch_sentry_modules.markers import specialize
from hatch_sentry_modules.model import Applies, Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Members, Project
from hatch_sentry_modules.sources.requirements import entry as requirements_entry
from hatch_sentry_modules.sources.requirements import lines as requirements_lines
from hatch_sentry_modules.sources.requirements.entry import Entry
from hatch_sentry_modules.sources.requirements.lines import Line
from hatch_sentry_modules.sources.requirements.text import decode, is_one_platform, needed_by

LIMITED = "limited"
"""Marks the node that leads to a name's constraints; no version reads so."""

_Pins: TypeAlias = dict[Applies, str]


class _Listed(NamedTuple):
    line: Line
    name: NormalizedName
    version: str | None
    reason: str
    marker: Applies


def is_pinned(path: Path) -> bool:
    """Whether a file is a lock: it has a pin, and only addresses and local projects have none."""
    lines, _ = requirements_lines.read(path)
    entries = [(line.is_constraint, requirements_entry.parse(line)) for line in lines]
    fixed = {entry.name for _, entry in entries if entry.version}
    listed = [entry for is_constraint, entry in entries if not is_constraint]
    reasons = {"" if entry.name in fixed else entry.reason for entry in listed}
    return "" in reasons and requirements_entry.OPEN not in reasons


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a requirements file; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    flat_list.refuse_selection(path.name, project, selection)
    lines, warnings = requirements_lines.read(path)
    listed: list[_Listed] = []
    members = Members(project.root)
    for line in lines:
        entry = _located(requirements_entry.parse(line), project, members)
        marker = _marker(line, entry.marker)
        if marker is False:
            continue
        if entry.name is None:
            warnings.append(f"{line.file}: line {line.number}: a requirement has no name to list.")
        else:
            listed.append(_Listed(line, entry.name, entry.version, entry.reason, marker))
    warnings += _warnings(path, project, {item.name for item in listed})
    graph = _graph(path.name, listed, tuple(warnings))
    if {node.reason for node in graph.nodes.values()} == {requirements_entry.OPEN}:
        remedy = "Pin them, for instance with 'uv pip compile --universal'"
        raise SourceError(file=path.name, fault="it pins none of its requirements", remedy=remedy)
    return graph


def _warnings(path: Path, project: Project, names: Set[NormalizedName]) -> Iterator[str]:
    if "constraint" in path.name.lower():
        yield f"{path.name}: constraints say what may be installed, and not what is."
    text = decode(path)
    if is_one_platform(text):
        yield f"{path.name}: {ONE_PLATFORM} With uv, compile it with --universal."
    needed = frozenset(needed_by(text, names - {project.name}))
    yield from flat_list.warnings(path.name, project, names, needed)


def _marker(line: Line, text: str) -> Applies:
    try:
        # pip installs no extra of a line, so a marker that asks for one is false.
        return specialize(text) if text else True
    except InvalidMarker:
        raise line.error("its marker is not valid (PEP 508)", "Correct it") from None


def _located(entry: Entry, project: Project, members: Members) -> Entry:
    """Look into a local project for its name and version; paths begin where pip would run."""
    if not entry.folder or Path(entry.folder).is_absolute():
        return entry
    name, version = members.identity(entry.folder)
    is_own = name is not None and name == project.name
    return entry._replace(name=name or entry.name, version=project.version if is_own else version)


def _graph(file: str, listed: list[_Listed], warnings: tuple[str, ...]) -> Graph:
    required: dict[NormalizedName, list[_Listed]] = {}
    limits: dict[NormalizedName, list[_Listed]] = {}
    for item in listed:
        (limits if item.line.is_constraint else required).setdefault(item.name, []).append(item)
    nodes: dict[Key, Node] = {}
    pinned = ((items, _pins(limits.get(name, ()))) for name, items in required.items())
    roots = tuple(edge for items, pins in pinned for edge in _edges(items, pins, nodes))
    # A list in which every line has a condition was made for the environments in which one holds:
    # in any other it says nothing, which is not the same as that nothing is installed there.
    markers = (item.marker for items in required.values() for item in items)
    environments = tuple(dict.fromkeys(markers))
    return Graph(file, roots, nodes, environments=environments, warnings=warnings)


def _edges(items: list[_Listed], limits: _Pins, nodes: dict[Key, Node]) -> Iterator[Edge]:
    """Link the versions of one name: a pin also fixes what another line leaves open."""
    pins = _pins(items)
    for name, version, reason, marker in (item[1:] for item in items):
        fixed = version or _fixed(pins, marker) or _fixed(limits, marker)
        nodes[name, fixed] = Node(name, fixed, reason="" if fixed else reason)
        yield Edge((name, fixed), marker)
        if limits and not fixed:
            yield Edge((name, LIMITED), marker)
    if limits:
        # Fixed only where a constraint's own marker holds as well.
        name = items[0].name
        nodes.update({(name, limit): Node(name, limit) for limit in limits.values()})
        ways = tuple(Edge((name, limit), condition) for condition, limit in limits.items())
        nodes[name, LIMITED] = Node(name, None, ways, is_listed=False)


def _pins(items: Iterable[_Listed]) -> _Pins:
    """Return the version that is fixed under each marker."""
    pins: _Pins = {}
    for item in items:
        if item.version is not None:
            known = pins.setdefault(item.marker, item.version)
            if known != item.version and Version(known) != Version(item.version):
                fault = f"{item.name} is pinned to {item.version}, and to {known} before"
                raise item.line.error(fault, "Keep one of the two")
    return pins


def _fixed(pins: _Pins, marker: Applies) -> str | None:
    return pins.get(True) or pins.get(marker)
