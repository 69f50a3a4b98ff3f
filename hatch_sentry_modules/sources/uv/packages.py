"""The packages of a ``uv.lock``: found by name, and by version and source where there are forks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import NormalizedName

from hatch_sentry_modules.document import Table, quoted
from hatch_sentry_modules.packages_by_name import grouped
from hatch_sentry_modules.project import Members
from hatch_sentry_modules.sources.uv.conflicts import Item, item

LOCAL = ("editable", "virtual", "directory")
"""The kinds of source that name a folder, with its path from the lock file."""

EXTRA, GROUP = "extra", "group"

TABLES = {EXTRA: ("optional-dependencies",), GROUP: ("dev-dependencies", "dependency-groups")}
"""Where a package keeps the edges of its extras, and of its groups; uv reads both spellings."""

DYNAMIC = "the lock file holds no version for a dynamic source"
UNKNOWN = "the lock file holds no version for this source"

RELOCK = "Run 'uv lock' anew"
"""What mends a lock file that contradicts itself."""


class Part(NamedTuple):
    """A package, by its place in the file, or one of its extras or groups."""

    at: int
    kind: str = ""
    choice: str = ""


class Package(NamedTuple):
    """A package as far as edges need it; the rest of its table is read when it is reached."""

    name: NormalizedName
    version: str | None
    source: Mapping[str, Any]
    table: Table

    def choices(self, kind: str) -> Table:
        """Return the table that holds the edges of each extra, or of each group."""
        keys = (key for key in TABLES[kind] if key in self.table)
        return self.table.table(next(keys, TABLES[kind][0]))


class Packages:
    """All packages of a lock file, in its order; ``folders`` are the paths of the local ones."""

    def __init__(self, document: Table, root: Path) -> None:
        self._members = Members(root)
        # Locks from before uv 0.3 say "distribution".
        key = "package" if "package" in document else "distribution"
        self.all = [
            Package(table.name(), table.string("version"), table.table("source").values, table)
            for table in document.tables(key)
        ]
        found = ((package.name, at, package.table) for at, package in enumerate(self.all))
        self._by_name: dict[str, list[int]] = grouped(found)
        self.folders: dict[int, str] = {}
        for index, package in enumerate(self.all):
            for kind in LOCAL:
                if kind in package.source:
                    self.folders[index] = package.table.table("source").required_string(kind)

    def item(self, part: Part) -> Item:
        """Spell a part as conflict markers do."""
        return item(self.all[part.at].name, part.kind, part.choice)

    def named(self, name: NormalizedName) -> list[int]:
        """Find the packages of one name: more than one where the resolution forked."""
        return self._by_name.get(name, [])

    def find(self, entry: Table) -> int:
        """Find the package that an edge leads to, by its version too where a name is not enough."""
        # Names are written normalized, and looking one up is quicker than normalizing it again.
        found = self._by_name.get(entry.required_string("name")) or self.named(entry.name())
        if len(found) > 1 or "version" in entry or "source" in entry:
            version, source = entry.string("version"), entry.table("source").values
            any_version = version is None and len(found) == 1
            found = [i for i in found if any_version or self.all[i].version == version]
            found = [i for i in found if source in ({}, self.all[i].source)]
        if len(found) != 1:
            name = quoted(entry.required_string("name"))
            is_known = self.named(entry.name())
            fault = f"not one package named {name} fits" if is_known else f"no package named {name}"
            raise entry.place.error(fault, RELOCK)
        return found[0]

    def version(self, index: int) -> tuple[str | None, str]:
        """Return the version of a package, of a member perhaps as it is now, or nothing and why."""
        package = self.all[index]
        if version := package.table.version():
            return version, ""
        if index not in self.folders:
            if "registry" in package.source:
                raise package.table.error("version", "is missing", RELOCK)
            return None, UNKNOWN
        return self._members.version(self.folders[index], package.name), DYNAMIC
