"""The page on workers, whose application is built as the page says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bundles.pages import Workplace, blocks
from tests.engines.cells import compare
from tests.engines.requirements import pins

PAGE = "workers.md"
BUILD, WORKER, CALL, DASK, RAY, SPARK, CHECK = range(7)
"""The page's blocks for a shell, in their order."""

# Dask's own, which uploads what this page builds.
_SHARED = "urllib3==2.8.0\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerPage:
    """The folder in which the page's files lie and its commands are run."""

    folder: Path

    def command(self, number: int) -> tuple[str, ...]:
        """Return a block as a command."""
        return ("sh", "-euc", blocks(PAGE, "sh")[number])

    def log_line(self) -> str:
        """Return the line that the page shows of the SDK's log."""
        (line,) = blocks(PAGE, "text")
        return line.strip()

    def faults(self, event: Mapping[str, Any]) -> dict[str, object]:
        """Return what is wrong with an event of the slim application."""
        return compare(event, self.expected()).listing_faults()

    def expected(self) -> dict[str, str]:
        """Return what the archive holds."""
        return {"acme": "1.0.0", **pins(self.folder / "requirements.txt")}


def build(folder: Path) -> WorkerPage:
    """Write the page's files, and build its application."""
    place = Workplace(folder)
    place.write(PAGE)
    (folder / "shared.txt").write_text(_SHARED, encoding="utf-8")
    place.run(blocks(PAGE, "sh")[BUILD], UV_CONSTRAINT=str(folder / "shared.txt"))
    return WorkerPage(folder=folder)


def path_with(*folders: Path) -> dict[str, str]:
    """Return the variable that has a shell look into folders first."""
    return {"PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]])}
