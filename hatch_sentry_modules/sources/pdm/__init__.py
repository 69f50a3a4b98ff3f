"""Reads ``pdm.lock``, lock versions 2 to 4.5: flat by groups, or by a walk where it has none.

https://pdm-project.org/en/latest/usage/lockfile/ describes the strategies. With
``inherit_metadata``, and in version 2, each entry has its groups and its whole marker. Otherwise
the entries hold links alone, which ``pdm_walk`` follows from the project's requirements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import partial
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.errors import SourceError, unknown_choice
from hatch_sentry_modules.flat_list import ONE_PLATFORM
from hatch_sentry_modules.model import Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Project, member_version
from hatch_sentry_modules.reading import read_lock
from hatch_sentry_modules.sources.pdm import project as pdm_project
from hatch_sentry_modules.sources.pdm.project import DEFAULT
from hatch_sentry_modules.sources.pdm.targets import environments
from hatch_sentry_modules.sources.pdm.walk import Walk

NO_VERSION = "the lock file holds no version for it"

_KNOWN_VERSION = re.compile(r"2|3(\.\d+)*|4(\.[0-5](\.\d+)*)?", re.ASCII)


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a ``pdm.lock``; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_lock(path)
    metadata = document.table("metadata")
    version = metadata.required_string("lock_version")
    if not _KNOWN_VERSION.fullmatch(version):
        fault = "is not a lock version that is known (2 to 4.5)"
        raise metadata.error("lock_version", fault, "Lock with a PDM that writes 4.5")
    packages = list(document.tables("package"))
    locked = _groups(metadata, packages) or pdm_project.groups(project)
    chosen = _chosen(document.file, project, selection, locked)
    is_universal = _is_universal(metadata)
    node = partial(_node, root=path.parent)
    if version == "2" or "inherit_metadata" in metadata.strings("strategy"):
        flat = dict(_flat(packages, chosen, pdm_project.excluded(project)))
        roots = tuple(flat.values())
        nodes: dict[Key, Node] = {index: node(packages[index]) for index in flat}
    else:
        walk = Walk(packages, project, node, is_universal=is_universal)
        roots = walk.roots(chosen)
        nodes = walk.nodes(roots)
    warnings = [] if is_universal else [f"{document.file}: {ONE_PLATFORM}"]
    if selection.all_extras and (missing := project.optional_dependencies.keys() - locked):
        warnings.append(f"{document.file}: it was locked without {', '.join(sorted(missing))}.")
    return Graph(
        file=document.file,
        roots=roots,
        nodes=nodes,
        environments=environments(metadata),
        warnings=tuple(warnings),
    )


def _groups(metadata: Table, packages: list[Table]) -> set[NormalizedName]:
    """Name the groups that were locked; nothing where the file does not say, before 4.2."""
    texts = metadata.strings("groups") or [
        t for table in packages for t in table.strings("sections")
    ]
    return set(map(canonicalize_name, texts))


def _chosen(
    file: str, project: Project, selection: Selection, locked: Set[NormalizedName]
) -> set[NormalizedName]:
    """Name the groups that are asked for, after a check that they were locked."""
    if selection.package not in (None, project.name):
        raise SourceError(file=file, fault="the format does not tell workspace members apart")
    for kind, names in (("extra", selection.extras), ("dependency group", selection.groups)):
        for name in sorted(names - locked):
            raise unknown_choice(file, kind, name, locked - {DEFAULT})
    chosen = {*selection.extras, *selection.groups}
    if selection.all_extras:
        chosen |= project.optional_dependencies.keys() & locked
    if selection.runtime:
        if DEFAULT not in locked:
            fault = "it was locked without the runtime set"
            raise SourceError(
                file=file,
                place="metadata.groups",
                fault=fault,
                remedy="Run 'pdm lock' without --no-default",
            )
        chosen.add(DEFAULT)
    return chosen


def _is_universal(metadata: Table) -> bool:
    """Return whether the file names its targets, or was made for every platform."""
    if "targets" in metadata:
        return True
    if "strategy" in metadata:
        return "cross_platform" in metadata.strings("strategy")
    return metadata.values.get("cross_platform") is not False


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


def _node(table: Table, *, root: Path) -> Node:
    """Make the node of an entry; a folder in the project is installed as it now is."""
    name = table.name()
    path = table.string("path")
    version = (member_version(root, path, name) if path else None) or table.version()
    return Node(name, version, reason="" if version else NO_VERSION)
