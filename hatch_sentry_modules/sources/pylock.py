"""Reads ``pylock.toml`` and ``pylock.NAME.toml`` (PEP 751).

https://packaging.python.org/en/latest/specifications/pylock-toml/
It is read as plain TOML: ``packaging.pylock`` refuses files that tools really write (names that are
not normalized, packages without a source), and its selection asks for wheels that fit the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules import flat_list
from hatch_sentry_modules import project as projects
from hatch_sentry_modules.document import Table
from hatch_sentry_modules.errors import unknown_choice
from hatch_sentry_modules.flat_list import ONE_PLATFORM
from hatch_sentry_modules.model import Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.reading import read_lock

NO_VERSION = "the lock file holds no version for it"


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a pylock file; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_lock(path)
    if not re.fullmatch(r"1\.[0-9]+", document.required_string("lock-version")):
        fault = "is not 1.0, the only version that is known"
        raise document.error("lock-version", fault, "Lock with a tool that writes version 1.0")
    if "packages" not in document:
        raise document.error("packages", "is missing", "The file may be cut off: write it anew")
    extras, groups = _extras(document, selection), _groups(document, selection)
    nodes: dict[Key, Node] = {}
    roots = []
    for index, package in enumerate(document.tables("packages")):
        marker = package.marker(extras=extras, groups=groups)
        if marker is not False and not _is_project(package, project):
            nodes[index] = _node(package, path.parent)
            roots.append(Edge(index, marker))
    return Graph(
        file=document.file,
        roots=tuple(roots),
        nodes=nodes,
        requires_python=document.specifiers("requires-python"),
        environments=document.environments("environments"),
        warnings=tuple(_warnings(document, project, {node.name for node in nodes.values()})),
    )


def _warnings(document: Table, project: Project, names: Set[NormalizedName]) -> Iterator[str]:
    # pip locks for the Python and the platform on which it runs, and no other tool does.
    if document.string("created-by") == "pip" and "environments" not in document:
        yield f"{document.file}: {ONE_PLATFORM}"
    if "dependency-groups" not in document:
        yield from flat_list.warnings(document.file, project, names)


def _extras(document: Table, selection: Selection) -> frozenset[str]:
    known = document.names("extras")
    _refuse_unknown(document, "extra", selection.extras, known)
    return frozenset(known if selection.all_extras else selection.extras)


def _groups(document: Table, selection: Selection) -> frozenset[str]:
    """Return which groups a marker may find; the default ones stand for the runtime set."""
    default = document.names("default-groups")
    known = (*document.names("dependency-groups"), *default)
    _refuse_unknown(document, "dependency group", selection.groups, known)
    return selection.groups.union(default if selection.runtime else ())


def _refuse_unknown(document: Table, kind: str, asked: Iterable[str], known: Iterable[str]) -> None:
    for name in sorted(set(asked).difference(known)):
        raise unknown_choice(document.file, kind, name, set(known))


def _is_project(package: Table, project: Project) -> bool:
    """Return whether an entry is the project itself, listed with the version being built."""
    return package.name() == project.name or package.table("directory").string("path") == "."


def _node(package: Table, root: Path) -> Node:
    name, version = package.name(), package.version()
    folder = package.table("directory").string("path")
    if version is None and folder is not None:
        version = projects.member_version(root, folder, name)
    return Node(name, version, reason="" if version else NO_VERSION)
