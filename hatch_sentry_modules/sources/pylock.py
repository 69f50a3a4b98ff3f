"""Reads ``pylock.toml`` (PEP 751) as plain TOML: ``packaging.pylock`` refuses real files.

https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

import re
from collections.abc import Iterator, Set
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules import flat_list
from hatch_sentry_modules.document import Table, unsupported
from hatch_sentry_modules.errors import refuse_unknown
from hatch_sentry_modules.model import Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Members, Project, refuse_member
from hatch_sentry_modules.reading import read_lock

_LONGEST_HEADER = 2048


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a pylock file; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_lock(path)
    if not re.fullmatch(r"1\.[0-9]+", document.string("lock-version") or ""):
        remedy = "Lock with a tool that writes version 1.0"
        raise unsupported(document, "lock-version", "1.x", remedy)
    if "packages" not in document:
        raise document.error("packages", "is missing", "The file may be cut off: write it anew")
    refuse_member(document.file, project, selection)
    refuse_unknown(document.file, "extra", selection.extras, document.names("extras"))
    groups = _groups(document, selection)
    nodes: dict[Key, Node] = {}
    roots = []
    members = Members(path.parent)
    for index, package in enumerate(document.tables("packages")):
        marker = package.marker(extras=selection.extras, groups=groups)
        name, folder = package.name(), package.table("directory").string("path")
        # The project itself is listed with the version that is being built.
        if marker is not False and name != project.name and folder != ".":
            nodes[index] = members.node(name, package.version(), folder)
            roots.append(Edge(index, marker))
    return Graph(
        file=document.file,
        roots=tuple(roots),
        nodes=nodes,
        requires_python=document.specifiers("requires-python"),
        environments=document.markers("environments"),
        warnings=tuple(_warnings(path, document, project, {n.name for n in nodes.values()})),
    )


def _warnings(
    path: Path, document: Table, project: Project, names: Set[NormalizedName]
) -> Iterator[str]:
    # pip locks for the Python and the platform on which it runs, and uv does where it says so.
    with path.open("rb") as file:
        header = file.read(_LONGEST_HEADER).decode("utf-8", "replace").splitlines()
    is_of_pip = document.string("created-by") == "pip" and "environments" not in document
    if is_of_pip or flat_list.is_headed_so(header):
        yield f"{document.file}: {flat_list.ONE_PLATFORM}"
    if "dependency-groups" not in document:
        links = (each.tables("dependencies") for each in document.tables("packages"))
        needed = {link.name() for some in links for link in some if "name" in link}
        yield from flat_list.warnings(document.file, project, names, needed)


def _groups(document: Table, selection: Selection) -> frozenset[str]:
    """Return which groups a marker may find; the default ones stand for the runtime set."""
    default = document.names("default-groups")
    known = (*document.names("dependency-groups"), *default)
    refuse_unknown(document.file, "dependency group", selection.groups, known)
    return selection.groups.union(default if selection.runtime else ())
