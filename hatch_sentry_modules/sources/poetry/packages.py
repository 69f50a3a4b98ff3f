"""The packages of a ``poetry.lock``, found by name and by what a dependency asks of them."""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from packaging.utils import NormalizedName

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.model import Node
from hatch_sentry_modules.packages_by_name import grouped
from hatch_sentry_modules.project import Members
from hatch_sentry_modules.sources.poetry.syntax import allows, read_constraint

_ORIGINS = {"git": {"git"}, "url": {"url"}, "path": {"directory", "file"}, "file": {"file"}}
"""The keys with which a dependency names its origin, and the types of source that fit."""


class Package(NamedTuple):
    """An entry of the lock file; its table is read no further until the package is reached."""

    name: NormalizedName
    table: Table


def to_node(package: Package, members: Members) -> Node:
    """Make the node of a package; a path in the lock file is seen from the folder it is in."""
    source = package.table.table("source")
    is_folder = source.string("type") == "directory"
    folder = source.required_string("url") if is_folder else None
    return members.node(package.name, package.table.version(), folder)


class Packages:
    """The packages of a lock file by name, of which a dependency allows some."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._by_name = grouped((package.name, package, package.table) for package in packages)
        self._allowed: dict[tuple[NormalizedName, str | None, str], tuple[Package, ...]] = {}

    def is_forked(self, name: NormalizedName) -> bool:
        """Whether several versions of a name are locked."""
        return len(self._by_name[name]) > 1

    def choose(self, name: NormalizedName, entry: Table) -> tuple[Package, ...]:
        """Return those packages of one name that the entry of a dependency allows."""
        packages = self._by_name.get(name, [])
        if len(packages) < 2:  # noqa: PLR2004  # nothing to choose from
            return tuple(packages)
        for key in _ORIGINS:
            if key in entry:
                return tuple(_of_origin(packages, entry, key))
        asked = (name, entry.string("source"), entry.string("version") or "*")
        if asked not in self._allowed:
            self._allowed[asked] = tuple(_allowed(packages, entry))
        return self._allowed[asked]


def _allowed(packages: Sequence[Package], entry: Table) -> Iterator[Package]:
    if (index := entry.string("source")) is not None:
        packages = [package for package in packages if _index(package) == index.lower()] or packages
    constraint = read_constraint(entry, "version")
    for package in packages:
        version = package.table.version()
        if version is None or allows(constraint, version):
            yield package


def _index(package: Package) -> str | None:
    """Name the index that a package comes from, if it comes from one."""
    source = package.table.table("source")
    if "type" not in source:
        return "pypi"
    is_index = source.string("type") == "legacy"
    return source.required_string("reference").lower() if is_index else None


def _of_origin(packages: Sequence[Package], entry: Table, key: str) -> Sequence[Package]:
    """Return the packages from the same address, or else from the same kind of origin."""
    address = posixpath.normpath(entry.required_string(key))
    reference = entry.string("rev") or entry.string("tag") or entry.string("branch")
    sources = [(package, package.table.table("source")) for package in packages]
    kind = [(p, source) for p, source in sources if source.string("type") in _ORIGINS[key]]
    near = [each for each in kind if posixpath.normpath(each[1].string("url") or "") == address]
    same = [p for p, source in near if reference in {None, source.string("reference")}]
    return same or [p for p, _ in kind] or packages
