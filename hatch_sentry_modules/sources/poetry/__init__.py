"""Reads ``poetry.lock``: 2.1 by groups and markers, 1.x and 2.0 by walking, as Poetry does."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules.document import Table, unsupported
from hatch_sentry_modules.errors import refuse_unknown
from hatch_sentry_modules.model import Applies, Edge, Graph, Selection
from hatch_sentry_modules.project import Members, Project, refuse_member
from hatch_sentry_modules.reading import read_lock
from hatch_sentry_modules.sources.poetry import syntax
from hatch_sentry_modules.sources.poetry.packages import Package, to_node
from hatch_sentry_modules.sources.poetry.project import MAIN, group_names, is_changed
from hatch_sentry_modules.sources.poetry.walk import Walk

RELOCK = "Run 'poetry lock'"

GROUPED = (2, 1)
"""The first lock version with groups and markers on each package, and the newest known."""


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a ``poetry.lock``; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_lock(path)
    metadata = document.table("metadata")
    version = _lock_version(metadata)
    refuse_member(document.file, project, selection)
    extras = _asked_extras(document, selection)
    packages = [Package(table.name(), table) for table in document.tables("package")]
    python = syntax.read_constraint(metadata, "python-versions")
    members = Members(path.parent)
    if version < GROUPED:
        walk = Walk(packages, project, python)
        roots, nodes = walk.graph(members, selection, set(chain(*extras.values())))
    else:
        groups = _asked_groups(document.file, packages, project, selection)
        found = tuple(_grouped(packages, groups, frozenset(extras)))
        roots = tuple(Edge(package, marker) for package, marker in found)
        nodes = {package: to_node(package, members) for package, _ in found}
    place = metadata.place.at("python-versions")
    one = ",".join(map(str, python[0])) if len(python) == 1 else ""
    return Graph(
        file=document.file,
        roots=roots,
        nodes=nodes,
        requires_python=place.specifiers(one),
        environments=tuple(map(place.marker, syntax.to_python_markers(python))),
        warnings=tuple(_warnings(metadata, version, project)),
    )


def _lock_version(metadata: Table) -> tuple[int, ...]:
    """Read the version of the format; Poetry itself reads all with the major number 1 or 2."""
    text = metadata.string("lock-version")
    if text is None:
        fault = "is missing; the file is cut off, or older than Poetry 1.1"
        raise metadata.error("lock-version", fault, RELOCK)
    if not re.fullmatch(r"[12]\.[0-9]{1,4}", text, re.ASCII):
        raise unsupported(metadata, "lock-version", "1.x, 2.x", RELOCK)
    return tuple(map(int, text.split(".")))


def _asked_extras(
    document: Table, selection: Selection
) -> Mapping[NormalizedName, tuple[NormalizedName, ...]]:
    """Return the project's extras that are asked for, each with the names it adds."""
    table = document.table("extras")
    known = {table.place.at(extra).name(extra): table.names(extra) for extra in table.values}
    refuse_unknown(document.file, "extra", selection.extras, known)
    return {extra: known[extra] for extra in selection.extras}


def _asked_groups(
    file: str, packages: Iterable[Package], project: Project, selection: Selection
) -> frozenset[NormalizedName]:
    """Return the groups that are asked for; a group of the project can be empty in the file."""
    main = frozenset({MAIN} if selection.runtime else ())
    if selection.groups:
        locked = {group for package in packages for _, group in _groups(package.table)}
        known = locked | group_names(project) | {MAIN}
        refuse_unknown(file, "dependency group", selection.groups, known)
    return selection.groups | main


def _groups(table: Table) -> Iterator[tuple[str, NormalizedName]]:
    """Yield the groups of a package, as they are written and normalized."""
    groups = table.strings("groups")
    if not groups:
        raise table.error("groups", "is missing or empty", RELOCK)
    for index, group in enumerate(groups):
        yield group, table.place.at("groups").at(index).name(group)


def _grouped(
    packages: Iterable[Package], groups: frozenset[NormalizedName], extras: frozenset[str]
) -> Iterator[tuple[Package, Applies]]:
    """Yield each package in an asked group, with the marker under which that group needs it."""
    for package in packages:
        for written, group in _groups(package.table):
            if group in groups:
                table, key = package.table, "markers"
                if isinstance(table.values.get(key), dict):  # where its groups differ
                    table, key = table.table(key), written
                yield package, syntax.read_marker(table, key, extras)


def _warnings(metadata: Table, version: tuple[int, ...], project: Project) -> Iterator[str]:
    file = metadata.file
    if version > GROUPED:
        yield f"{file}: its format is newer than 2.1, the newest known, and is read as that."
    if is_changed(project, metadata.string("content-hash")):
        yield f"{file}: the lock file is stale: pyproject.toml has changed since. {RELOCK}."
