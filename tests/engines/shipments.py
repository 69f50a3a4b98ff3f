"""The forms in which the application reaches a worker."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.applications import Application
from demo.bundles import installed
from tests.bundles.workshop import Workshop

TALLY = Application(name="tally", frameworks=frozenset({"flask"}))
WORKERS = TALLY.folder / "workers"
"""The programs that are run on workers, beside what is shipped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipment:
    """What is sent to a worker.

    ``versions`` is what pip put into the whole, by normalized name, asked before anything was
    removed. Where the project's metadata is in place (``is_install``), the process is an ordinary
    install, whose events list all that can be imported.
    """

    name: str
    path: Path
    versions: Mapping[str, str]
    is_install: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipments:
    """Each form as a folder, and as a zip of the same name."""

    folder: Path
    versions: Mapping[str, str]

    def form(self, name: str) -> Shipment:
        """Return a form as a folder, or as a zip where ``.zip`` follows its name."""
        stem, _, suffix = name.partition(".")
        return Shipment(
            name=f"{_NAMES[stem]}, {suffix or 'folder'}",
            path=self.folder / name,
            versions=self.versions,
            is_install=stem == "full",
        )


# With all it needs, without metadata; without what it needs, which the worker has to have; with all
# it needs, and all metadata.
_NAMES = {"slim": "slim", "alone": "application alone", "full": "full"}


def pack(shop: Workshop) -> Shipments:
    """Lay out every form once, from what pip installs of the application's wheel and lock file."""
    return Shipments(
        folder=shop.once("shipments", lambda folder: _fill(shop.site(), folder)),
        versions=installed("--path", shop.site()),
    )


def _fill(site: Path, folder: Path) -> None:
    shutil.copytree(site, folder / "full")
    metadata = shutil.ignore_patterns("*.dist-info", "bin", "__pycache__")
    shutil.copytree(site, folder / "slim", ignore=metadata)
    shutil.copytree(site / TALLY.name, folder / "alone" / TALLY.name)
    for name in _NAMES:
        shutil.make_archive(str(folder / name), "zip", folder / name)
