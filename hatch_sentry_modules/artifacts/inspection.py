"""Looks into an artifact: its kind, the manifests in it, and what it says itself."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hatch_sentry_modules.archives.atomic import PREFIX
from hatch_sentry_modules.artifacts import embedded, metadata
from hatch_sentry_modules.artifacts.containers import container as containers
from hatch_sentry_modules.artifacts.containers import pyinstaller_file
from hatch_sentry_modules.artifacts.containers.container import Budget, Container, printable
from hatch_sentry_modules.artifacts.containers.opening import opened
from hatch_sentry_modules.artifacts.embedded import EmbeddedManifest
from hatch_sentry_modules.artifacts.kinds import PYINSTALLER, Marks
from hatch_sentry_modules.model import Manifest

_MOST_UNREAD = 100
_TELLING = ("-info/METADATA", "-INFO", ".egg-info")
_MOST_PACKAGES = 20_000
_FEW = 1000  # so many names can come from elsewhere


class Inspection(NamedTuple):
    """All that is known of an artifact without running it; ``unread`` are sentences.

    ``metadata`` has every version; ``packages`` are in PyInstaller's table of contents.
    """

    name: str
    kind: str
    manifests: tuple[EmbeddedManifest, ...]
    metadata: Manifest
    packages: tuple[str, ...]
    unread: tuple[str, ...]


def inspect(path: Path, tick: Callable[[], None] = lambda: None) -> Inspection:
    """Look into a file or a directory; nothing in it is executed, memory and time are bounded.

    ``tick`` is called for each file that is seen, so that progress can be shown. Raises
    ``ArtifactError`` where it is of no known kind, damaged, or holds more than is read of one.
    """
    name = printable(path.resolve().name)
    budget = Budget(name)
    with opened(path, budget) as container:
        return _Looking(name, budget, tick).result(container)


class _Looking:
    """Takes what is wanted from the one pass over the files of a container."""

    def __init__(self, name: str, budget: Budget, tick: Callable[[], None]) -> None:
        self._name, self._budget, self._tick = name, budget, tick
        self._marks = Marks()
        # By their places: of what is there twice, Python takes the last.
        self._manifests: dict[str, EmbeddedManifest] = {}
        self._metadata: dict[str, list[metadata.Found]] = {}
        self._pex: list[metadata.Found] = []
        self._packages: set[str] = set()
        self._unread: list[str] = []

    def result(self, container: Container) -> Inspection:
        for file in container.files(self._wanted):
            if file.content is None:
                self._refuse(file.place, file.fault)
            else:
                self._take(file.place, file.content)
        kind = self._marks.kind(container.kind)
        packages = self._packages - sys.stdlib_module_names
        found = [one for each in self._metadata.values() for one in each]
        for one in self._manifests.values():  # each pattern may be matched with each name
            names = len(found) + len(one.manifest.distributions) + _FEW
            self._budget.spend(containers.MATCH * names * len(one.manifest.exclude))
        return Inspection(
            name=self._name,
            kind=kind,
            manifests=tuple(embedded.without_copies(self._manifests.values())),
            metadata=Manifest(
                project=None,
                source=metadata.SOURCE,
                distributions=tuple(metadata.on_search_path(found or self._pex)),
                warnings=tuple(f"{self._name}: {sentence}" for sentence in self._unread),
            ),
            packages=tuple(map(printable, sorted(packages))) if kind in PYINSTALLER else (),
            unread=tuple(self._unread),
        )

    def _wanted(self, place: str) -> int:
        self._tick()
        self._budget.spend(containers.FILE)
        # There can be many thousands of names, and most are done with after a few searches.
        # A process of ours was writing below such a folder when it was killed.
        is_left_over = PREFIX in place and f"/{PREFIX}" in f"/{place.rpartition('/')[0]}"
        if is_left_over:
            return 0
        if len(place) > containers.LONGEST_PLACE:
            if place.endswith(_TELLING) or embedded.limit(place):
                self._refuse(place, "has a longer name than is read")
            return 0
        _, is_module, module = place.partition(pyinstaller_file.MODULES)
        limit = embedded.limit(place)
        if not is_module:
            self._marks.see(place)
            limit = limit or metadata.limit(place)
        elif len(self._packages) < _MOST_PACKAGES:
            self._packages.add(module.partition("/")[0].partition(".")[0])
        self._budget.spend(containers.READ if limit else 0)
        if limit and (place.startswith("/") or ".." in place.split("/")):
            self._refuse(place, "has a name that leads out of the artifact")
            return 0
        return limit

    def _take(self, place: str, content: bytes) -> None:
        if limit := embedded.limit(place):
            if len(content) >= limit:
                self._refuse(place, f"is longer than {limit - 1} bytes")
            elif found := embedded.find(printable(place), content):
                self._budget.spend(containers.MANIFEST + containers.TEXT * found.size)
                self._manifests[place] = found
            return
        is_pex = place == metadata.PEX_INFO
        self._budget.spend(containers.TEXT * len(content) if is_pex else 0)
        try:
            known = list(metadata.read(place, content))
        except ValueError:
            self._leave_unread(place, "is damaged, or too long")
            return
        if is_pex:
            self._pex += known
        elif known:
            self._metadata[place] = known
        else:
            self._leave_unread(place, "holds no valid name and version")

    def _refuse(self, place: str, fault: str) -> None:
        """Note a file that was not read; a manifest is one nevertheless, and all fault."""
        if embedded.limit(place) and embedded.is_alone(place):
            said = printable(f"It {fault}.")
            self._manifests[place] = embedded.unreadable(printable(place), said)
        else:
            self._leave_unread(place, fault)

    def _leave_unread(self, place: str, fault: str) -> None:
        if len(self._unread) < _MOST_UNREAD:
            self._unread.append(f"{printable(place)}: {fault}.")
