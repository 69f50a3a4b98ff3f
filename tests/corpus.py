"""The corpus of real lock files beside the project, and what its ``truth.json`` files mean.

A version counts where the lock file itself holds it, as of a git source, though an export writes
the address alone; markers are judged with the groups that are asked for; and an environment that
the project excludes has no list, whichever file says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from hatch_sentry_modules import project
from hatch_sentry_modules.model import Manifest, Selection
from hatch_sentry_modules.reading import read_toml

ROOT = Path(__file__).parents[1].parent / "shared" / "corpus"


@dataclass(frozen=True)
class Case:
    """One line of a truth: a lock file, an environment, a selection, and what must come out."""

    folder: Path
    source: str
    environment_name: str
    selection: Selection
    modules: dict[str, str | None] | None

    @property
    def environment(self) -> dict[str, str]:
        """All eleven variables of the environment."""
        environments = json.loads((ROOT / "environments.json").read_text(encoding="utf-8"))
        return dict(environments[self.environment_name])

    def __str__(self) -> str:
        chosen = [
            *sorted(self.selection.extras),
            *sorted(self.selection.groups),
            *([self.selection.package] if self.selection.package else []),
            *(["all-packages"] if self.selection.all_packages else []),
        ]
        name = f"{self.folder.parent.name}/{self.folder.name}"
        return "-".join([name, self.environment_name, *chosen])


def cases() -> Iterator[Case]:
    """Yield every case of the corpus; none where the corpus is absent."""
    for truth in sorted(ROOT.glob("*/*/truth.json")):
        for line in json.loads(truth.read_text(encoding="utf-8")):
            yield Case(
                folder=truth.parent,
                source=_source(truth.parent),
                environment_name=line["environment"],
                selection=_selection(line, truth.parent),
                modules=line["modules"],
            )


def _source(folder: Path) -> str:
    lines = (folder / "SOURCE").read_text(encoding="utf-8").splitlines()
    path = next(line.partition(":")[2] for line in lines if line.startswith("path:"))
    return path.strip().rpartition("/")[2]


def _all_extras(folder: Path, package: str | None) -> set[str]:
    """Name the extras of a project that are locked, or of a member of its workspace."""
    lock = read_toml(folder / _source(folder))
    if package:
        members = (each for each in lock.tables("package") if each.name() == package)
        return {extra for each in members for extra in each.table("optional-dependencies").values}
    own = project.read(folder)
    poetry = own.table.table("tool").table("poetry").table("extras")
    extras = {*own.optional_dependencies, *poetry.values}
    return extras.intersection(lock.table("metadata").strings("groups") or extras)


def _selection(line: dict[str, Any], folder: Path) -> Selection:
    package, extras = line.get("package"), line["extras"]
    extras = _all_extras(folder, package) if extras == "all" else extras
    return Selection(
        extras=frozenset(map(canonicalize_name, extras)),
        groups=frozenset(map(canonicalize_name, line["groups"])),
        runtime=line.get("runtime", True),
        package=None if package in (None, "all") else canonicalize_name(package),
        all_packages=package == "all",
    )


def listed(manifest: Manifest) -> dict[str, str | None]:
    """Return what a manifest lists in the shape of the truth: the project itself left out."""
    modules: dict[str, str | None] = {d.name: d.version for d in manifest.distributions}
    modules.update((name, None) for name in manifest.skipped if name not in modules)
    if manifest.project is not None:
        modules.pop(manifest.project, None)
    return modules
