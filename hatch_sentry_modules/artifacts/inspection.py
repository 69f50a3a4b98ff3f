"""Looks into an artifact: its kind, the manifests in it, and what it says itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hatch_sentry_modules import layout
from hatch_sentry_modules.archives.atomic import PREFIX
from hatch_sentry_modules.artifacts import (
    generated_module,
    held,
    pex_info,
    pyinstaller_file,
)
from hatch_sentry_modules.artifacts.artifact import LONGEST_PLACE, Artifact, File, printable
from hatch_sentry_modules.artifacts.generated_module import ReadModule
from hatch_sentry_modules.artifacts.held import Held
from hatch_sentry_modules.artifacts.kinds import PYINSTALLER, Marks
from hatch_sentry_modules.artifacts.opening import opened

MOST_MANIFESTS = 100
MOST_HELD = 20_000
MOST_UNREAD = 100

_COMPILED = f"{layout.FILE_NAME}c"
_READERS = {layout.FILE_NAME: generated_module, _COMPILED: generated_module}
"""What reads a generated module of each file name; the cache of compiled ones is left alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A generated module in an artifact, and its place there."""

    place: str
    module: ReadModule

    @property
    def is_readable(self) -> bool:
        """Whether it lists something, or says without a fault that there is nothing."""
        return bool(self.module.listed) or not self.module.faults


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """All that is known of an artifact without running it.

    ``held`` is what core metadata in it says (or ``PEX-INFO``); ``unread`` are sentences.
    ``packages`` are the import packages in PyInstaller's table of contents, outside the standard
    library as far as it is known here; it says no more of what it holds.
    """

    name: str
    kind: str
    manifests: tuple[Found, ...]
    held: tuple[Held, ...]
    packages: tuple[str, ...] = ()
    unread: tuple[str, ...]


def inspect(path: Path, tick: Callable[[], None] = lambda: None) -> Inspection:
    """Look into an artifact; nothing in it is executed, and memory is bounded.

    Args:
        path: A file or a directory.
        tick: Called for each file that is seen, so that progress can be shown.

    Raises:
        ArtifactError: It is of no known kind, or damaged.
    """
    looking = _Looking(tick)
    with opened(path) as artifact:
        return looking.result(path, artifact)


class _Looking:
    """Takes what is wanted from the one pass over the files of an artifact."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._marks = Marks()
        self._manifests: list[Found] = []
        self._held: list[Held] = []
        self._pex: list[Held] = []
        self._packages: set[str] = set()
        self._unread: list[str] = []
        self._too_many = 0

    def result(self, path: Path, artifact: Artifact) -> Inspection:
        for file in artifact.files(self._wanted):
            if file.content is None:
                self._refuse(file)
            else:
                self._take(file.place, file.content)
        if self._too_many:
            self._unread.append(f"{self._too_many} files more were not read: it holds too many.")
        kind = self._marks.kind(artifact.kind)
        packages = self._packages - sys.stdlib_module_names
        return Inspection(
            name=printable(path.resolve().name),
            kind=kind,
            manifests=tuple(self._without_copies()),
            held=tuple(held.on_search_path(self._held)) or tuple(sorted(self._pex)),
            packages=tuple(map(printable, sorted(packages))) if kind in PYINSTALLER else (),
            unread=tuple(self._unread),
        )

    def _without_copies(self) -> Iterator[Found]:
        """Give the manifests in order; a compiled one beside its text says nothing more."""
        places = {found.place for found in self._manifests}
        for found in sorted(self._manifests, key=lambda found: found.place):
            if not found.place.endswith(_COMPILED) or found.place[:-1] not in places:
                yield found

    def _wanted(self, place: str) -> int:
        self._tick()
        if len(place) > LONGEST_PLACE or _is_left_over(place):
            return 0
        self._marks.see(place)
        _, inside, module = place.partition(pyinstaller_file.MODULES)
        if inside:
            self._packages.add(module.partition("/")[0].partition(".")[0])
        limit = self._limit(place)
        if limit and _leads_out(place):
            self._refuse(File(place, None, "has a name that leads out of the artifact"))
            return 0
        return limit

    def _limit(self, place: str) -> int:
        if (name := place.rpartition("/")[2]) in _READERS:
            return self._within(len(self._manifests) < MOST_MANIFESTS, _READERS[name].LONGEST + 1)
        if held.is_metadata(place):
            return self._within(len(self._held) < MOST_HELD, held.LONGEST)
        return pex_info.LONGEST if place == pex_info.FILE else 0

    def _within(self, has_room: bool, limit: int) -> int:
        self._too_many += not has_room
        return limit if has_room else 0

    def _take(self, place: str, content: bytes) -> None:
        if reader := _READERS.get(place.rpartition("/")[2]):
            module = reader.parse(content)
            self._manifests.append(Found(place=printable(place), module=module))
        elif place == pex_info.FILE:
            self._pex += pex_info.read(content)
        elif known := held.read(place, content):
            self._held.append(known)
        else:
            self._unread_file(File(place, None, "holds no valid name and version"))

    def _refuse(self, file: File) -> None:
        """Note a file that was not read; a manifest is one nevertheless, and all fault."""
        if file.place.rpartition("/")[2] in _READERS:
            module = ReadModule(faults=(printable(f"It {file.fault}."),))
            self._manifests.append(Found(place=printable(file.place), module=module))
        else:
            self._unread_file(file)

    def _unread_file(self, file: File) -> None:
        if len(self._unread) < MOST_UNREAD:
            self._unread.append(f"{printable(file.place)}: {file.fault}.")


def _is_left_over(place: str) -> bool:
    """Tell what a process of ours was writing when it was killed: it need not be whole."""
    # Most names are done with after one search.
    return PREFIX in place and any(part.startswith(PREFIX) for part in place.split("/")[:-1])


def _leads_out(place: str) -> bool:
    return place.startswith("/") or ".." in place.split("/")
