"""Finds where a walk through a ``uv.lock`` begins: members of the workspace, extras, groups."""

from collections.abc import Iterator
from typing import NamedTuple

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.errors import SourceError, refuse_unknown
from hatch_sentry_modules.model import Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.sources.uv.packages import EXTRA, GROUP, RELOCK, Packages, Part


class Root(NamedTuple):
    """A part of the lock file to begin at; its marker, empty for always, and the place of that."""

    part: Part
    marker: str = ""
    place: Place = Place("uv.lock")


class Roots:
    """What a selection asks of a lock file; ``asked`` holds the members that it names."""

    def __init__(
        self, document: Table, packages: Packages, project: Project, selection: Selection
    ) -> None:
        self._file, self._manifest = document.file, document.table("manifest")
        self._packages, self._project, self._selection = packages, project, selection
        # Nothing is all members; no member stands for a workspace without a project at its top.
        named = selection.package or project.name
        self._asked = None if selection.all_packages else named
        self._top = [index for index, folder in packages.folders.items() if folder == "."]
        self._members = self._find_members()
        self.asked = frozenset(() if self._asked is None else self._members)

    def find(self) -> list[Root]:
        """Find the roots."""
        extras = {extra for index in self._members for extra in self._known(index, EXTRA)}
        refuse_unknown(self._file, "extra", self._selection.extras, extras)
        roots = [root for group in sorted(self._selection.groups) for root in self._group(group)]
        if self._selection.runtime:
            for index in self._members:
                roots.append(Root(Part(index)))
                asked = self._known(index, EXTRA) & self._selection.extras
                roots += [Root(Part(index, EXTRA, extra)) for extra in sorted(asked)]
            if self._asked is None:
                roots += self._requirements(self._manifest, "requirements")
        return roots

    def _find_members(self) -> list[int]:
        if not self._packages.all:
            remedy = "Set 'source' to what the project is locked or installed with"
            raise SourceError(file=self._file, fault="it holds no packages", remedy=remedy)
        names = {index: self._packages.all[index].name for index in self._packages.folders}
        # A workspace of one project names no members.
        members = {*self._manifest.names("members")} or {names[index] for index in self._top}
        wanted = members if self._asked is None else {self._asked}
        refuse_unknown(self._file, "workspace member", wanted, names.values())
        if not wanted and not self._manifest.values:
            fault = "it holds no workspace member"
            raise SourceError(file=self._file, fault=fault, remedy=RELOCK)
        return [index for index, name in names.items() if name in wanted]

    def _known(self, index: int, kind: str) -> set[str]:
        """Name the extras or groups of a member; an empty one may stand in its metadata alone."""
        package = self._packages.all[index]
        metadata = package.table.table("metadata")
        known = set(package.choices(kind).values)
        if kind == EXTRA:
            known.update(metadata.names("provides-extras"))
        else:
            known.update(metadata.table("requires-dev").values)
        if package.name == self._project.name:
            groups = self._project.table.table("dependency-groups").values
            declared = self._project.optional_dependencies if kind == EXTRA else groups
            known.update(map(canonicalize_name, declared))
        return known

    def _group(self, group: NormalizedName) -> Iterator[Root]:
        """Find a group: a member's own, or one of the workspace's top, which members share."""
        shared = self._manifest.table("dependency-groups")
        owners = [index for index in self._members if group in self._known(index, GROUP)]
        if not owners:
            owners = [index for index in self._top if group in self._known(index, GROUP)]
        if not owners and group not in shared:
            candidates = {*self._members, *self._top}
            known = {name for index in candidates for name in self._known(index, GROUP)}
            refuse_unknown(self._file, "dependency group", {group}, known | {*shared.values})
        yield from (Root(Part(index, GROUP, group)) for index in owners)
        if group in shared and (self._asked is None or not owners):
            yield from self._requirements(shared, group)

    def _requirements(self, table: Table, key: str) -> Iterator[Root]:
        """Yield what the workspace itself requires; unlike edges, it names no fork."""
        for entry in table.tables(key):
            for index in self._packages.named(entry.name()):
                forks = self._packages.all[index].table.strings("resolution-markers")
                either = " or ".join(f"({fork})" for fork in forks)
                markers = [text for text in (either, entry.string("marker")) if text]
                marker = " and ".join(f"({text})" for text in markers)
                yield Root(Part(index), marker, entry.place)
                for extra in entry.strings("extras"):
                    yield Root(Part(index, EXTRA, extra), marker, entry.place)
