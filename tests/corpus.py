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

from hatch_sentry_modules.model import Manifest, Selection

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
            *(["all-extras"] if self.selection.all_extras else []),
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
                selection=_selection(line),
                modules=line["modules"],
            )


def _source(folder: Path) -> str:
    lines = (folder / "SOURCE").read_text(encoding="utf-8").splitlines()
    path = next(line.partition(":")[2] for line in lines if line.startswith("path:"))
    return path.strip().rpartition("/")[2]


def _selection(line: dict[str, Any]) -> Selection:
    package = line.get("package")
    return Selection(
        extras=frozenset(() if line["extras"] == "all" else map(canonicalize_name, line["extras"])),
        groups=frozenset(map(canonicalize_name, line["groups"])),
        all_extras=line["extras"] == "all",
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
