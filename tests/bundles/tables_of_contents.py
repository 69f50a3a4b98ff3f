"""What PyInstaller itself says that it collected, in the tables that it writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import sentry_modules

from tests.bundles.bundlers.environment import owners
from tests.bundles.pages import Workplace


def rows(contents: Path) -> Iterator[tuple[str, str, str]]:
    """Return the name, path and kind of each entry of all tables in a file of PyInstaller's."""
    for table in ast.literal_eval(contents.read_text(encoding="utf-8")):
        if isinstance(table, list):
            yield from (row for row in table if isinstance(row, tuple) and len(row) == 3)


def collected_distributions(place: Workplace, analysis: Path) -> dict[str, str]:
    """Return whose files an analysis holds, before any moved to another program.

    Without an archive the paths are those of compiled copies, and the names tell.
    """
    collected = [row for row in rows(analysis) if row[2] != "PYSOURCE"]
    files = [Path(row[0]) for row in collected]
    files += [Path(row[1].rpartition("site-packages/")[2]) for row in collected]
    stems = (str(file.parent / file.name.partition(".")[0]) for file in files)
    found = owners(place.python, stems, place.folder)
    # Its wheel holds the copy of the run-time package, as PyInstaller 6.0 does not say of bytecode.
    found.pop("hatch-sentry-modules", None)
    return found | {"sentry-modules": sentry_modules.__version__}
