"""Reads ``pdm.lock``, lock versions 2 to 4.5: flat by groups, or by a walk where it has none.

https://pdm-project.org/en/latest/usage/lockfile/ describes the strategies.
"""

import re
from collections.abc import Iterator, Set
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table, quoted, unsupported
from hatch_sentry_modules.errors import refuse_unknown
from hatch_sentry_modules.flat_list import ONE_PLATFORM
from hatch_sentry_modules.model import Applies, Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Members, Project, refuse_member
from hatch_sentry_modules.reading import read_lock
from hatch_sentry_modules.sources.pdm import project as pdm_project
from hatch_sentry_modules.sources.pdm.project import DEFAULT
from hatch_sentry_modules.sources.pdm.walk import Walk

_KNOWN_VERSION = re.compile(r"2|3(\.\d+)*|4(\.[0-5](\.\d+)*)?", re.ASCII)
_PLATFORM = re.compile(r"(?P<system>[a-z]+)(_\d+)*(_(?P<machine>[a-z][a-z0-9_]*))?", re.ASCII)
_IMPLEMENTATION = re.compile(r"[a-z]+", re.ASCII)

_SYSTEMS = {
    "linux": "linux", "manylinux": "linux", "musllinux": "linux", "alpine": "linux",
    "macos": "darwin", "windows": "win32",
}  # fmt: skip
"""What ``sys_platform`` is; for other systems it starts with their name."""

_ALIASES = {"linux": "x86_64", "alpine": "x86_64", "windows": "x86_64", "macos": "aarch64"}
"""The machine of a platform that names none."""

_MACHINES = (("x86_64", "amd64", "AMD64"), ("aarch64", "arm64", "ARM64"), ("x86", "i386", "i686"))
"""The names of one machine; each operating system has its own for ``platform_machine``."""


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a ``pdm.lock``; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_lock(path)
    metadata = document.table("metadata")
    version = metadata.string("lock_version") or ""
    if not _KNOWN_VERSION.fullmatch(version):
        remedy = "Lock with a PDM that writes 4.5"
        raise unsupported(metadata, "lock_version", "2 to 4.5", remedy)
    packages = list(document.tables("package"))
    locked = _groups(metadata, packages) or pdm_project.groups(project)
    refuse_member(document.file, project, selection)
    chosen = _chosen(metadata, selection, locked)
    is_universal = _is_universal(metadata)
    members = Members(path.parent)

    def node(table: Table) -> Node:
        return members.node(table.name(), table.version(), table.string("path"))

    if version == "2" or "inherit_metadata" in metadata.strings("strategy"):
        flat = dict(_flat(packages, chosen, pdm_project.excluded(project)))
        roots = tuple(flat.values())
        nodes: dict[Key, Node] = {index: node(packages[index]) for index in flat}
    else:
        walk = Walk(packages, project, node, is_universal=is_universal)
        roots, nodes = walk.graph(chosen)
    warnings = () if is_universal else (f"{document.file}: {ONE_PLATFORM}",)
    targets = tuple(_environments(metadata))
    return Graph(document.file, roots, nodes, environments=targets, warnings=warnings)


def _groups(metadata: Table, packages: list[Table]) -> set[NormalizedName]:
    """Name the groups that were locked; nothing where the file does not say, before 4.2."""
    sections = (text for table in packages for text in table.strings("sections"))
    return set(map(canonicalize_name, metadata.strings("groups") or sections))


def _chosen(
    metadata: Table, selection: Selection, locked: Set[NormalizedName]
) -> set[NormalizedName]:
    """Name the groups that are asked for, after a check that they were locked."""
    for kind, names in (("extra", selection.extras), ("dependency group", selection.groups)):
        refuse_unknown(metadata.file, kind, names - locked, locked - {DEFAULT})
    chosen = {*selection.extras, *selection.groups}
    if selection.runtime:
        if DEFAULT not in locked:
            fault = "it was locked without the runtime set"
            raise metadata.error("groups", fault, "Run 'pdm lock' without --no-default")
        chosen.add(DEFAULT)
    return chosen


def _is_universal(metadata: Table) -> bool:
    """Whether the file names its targets, or was made for every platform."""
    if "strategy" in metadata:
        return "targets" in metadata or "cross_platform" in metadata.strings("strategy")
    return "targets" in metadata or metadata.values.get("cross_platform") is not False


def _flat(
    packages: list[Table], chosen: Set[NormalizedName], excluded: Set[NormalizedName]
) -> Iterator[tuple[int, Edge]]:
    """Yield the edge to each entry of the groups; an entry without groups is in all of them."""
    for index, table in enumerate(packages):
        groups = table.strings("groups") or table.strings("sections")
        if groups and chosen.isdisjoint(map(canonicalize_name, groups)):
            continue
        if table.name() not in excluded:
            yield index, Edge(index, table.marker())


def _environments(metadata: Table) -> Iterator[Applies]:
    """Yield a marker for each target (https://pdm-project.org/en/latest/usage/lock-targets/)."""
    for target in metadata.tables("targets"):
        text = " and ".join(_conditions(target))
        yield not text or target.place.marker(text)


def _conditions(target: Table) -> Iterator[str]:
    """Yield the parts of a target's marker; all of them have to hold."""
    python = target.place.at("requires_python")
    alternatives = (target.string("requires_python") or "").split("||")
    markers = [python.python_marker(text) for text in alternatives]
    if all(markers):
        yield f"({' or '.join(markers)})"
    if platform := target.string("platform"):
        yield from _platform(target, platform)
    if implementation := target.string("implementation"):
        if not _IMPLEMENTATION.fullmatch(implementation):
            raise target.error("implementation", f"{quoted(implementation)} is not known")
        yield f'implementation_name == "{implementation}"'


def _platform(target: Table, platform: str) -> Iterator[str]:
    """Write a platform such as ``manylinux_2_17_x86_64`` as markers, which know no libc."""
    match = _PLATFORM.fullmatch(platform)
    machine = match and (match["machine"] or _ALIASES.get(match["system"]))
    if not match or not machine:
        raise target.error("platform", f"{quoted(platform)} is not known")
    system = _SYSTEMS.get(match["system"])
    yield f'sys_platform == "{system}"' if system else f'"{match["system"]}" in sys_platform'
    names = next((names for names in _MACHINES if machine in names), (machine,))
    yield "(" + " or ".join(f'platform_machine == "{name}"' for name in names) + ")"
