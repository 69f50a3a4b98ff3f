"""Writes the README's table from the last whole run: ``python -m bench.summary`` prints it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from bench.plot import RESULTS
from bench.table import number


class _Line(NamedTuple):
    """What is compared; ``ways`` are those of the columns, and a case is known by how it begins.

    A median is measured in microseconds, milliseconds or bytes, and written in ``unit``, which is
    ``per`` of them.
    """

    text: str
    question: str
    case: str
    size: int | None
    measure: str
    ways: tuple[str, str, str]
    per: float = 1
    unit: str = "ms"


_EVENT = "processor us"
_EXPORTED = "freeze", "bare parse"

LINES = (
    *(
        _Line(
            f"the first event waits, {size:,} distributions",
            *("first-event", "directory", size, _EVENT),
            *(("stock", "manifest", "bare dict"), 1e3),
        )
        for size in (30, 300, 1_000)
    ),
    _Line(
        "each event, 300 distributions",
        *("event", "", 300, _EVENT, ("stock", "manifest", "floor"), 1e3),
    ),
    _Line(
        "`import sentry_sdk`; with `sentry_modules`, so much more",
        *("process", "import", None, "import, processor us"),
        *(("sentry_sdk", "sentry_modules", ""), 1e3),
    ),
    _Line(
        "memory, 300 distributions",
        *("process", "memory", 300, "memory, bytes", ("", "manifest", "bare dict"), 1e3, "kB"),
    ),
    _Line(
        "added to a PyInstaller bundle; without: copied metadata",
        *("bundle", "onedir", None, "bytes added", ("copied metadata", "manifest", ""), 1e3, "kB"),
    ),
    _Line(
        "start of that bundle",
        *("bundle", "onedir", None, "wall ms", ("stock", "manifest", "")),
    ),
    *(
        _Line(
            f"freezing the largest `{file}`; without: `{tool}`",
            *("freeze", file, None, "wall ms", (tool, *_EXPORTED)),
        )
        for file, tool in (
            ("uv.lock", "uv export"),
            ("poetry.lock", "poetry export"),
            ("pdm.lock", "pdm export"),
            ("Pipfile.lock", "pipenv requirements"),
        )
    ),
    *(
        _Line(
            f"`python -m build` with {backend}",
            *("build", backend, None, "wall ms", ("without the hook", "with the hook", "")),
        )
        for backend in ("hatchling", "setuptools")
    ),
)


def summary(document: dict[str, Any]) -> str:
    """Give a sentence on the machine and a table of medians, as Markdown.

    Args:
        document: The results of a whole run.
    """
    machine, version = document["machine"], document["versions"]["sentry-sdk"]
    lines = [
        f"Medians on {machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"{machine['python']}, sentry-sdk {version}:",
        "",
        "| | without | with this project | the least possible |",
        "|---|---|---|---|",
    ]
    for line in LINES:
        cells = (_cell(document, line, way) for way in line.ways)
        lines.append(f"| {line.text} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(document: dict[str, Any], line: _Line, way: str) -> str:
    medians = _medians(document, line)
    return f"{number(medians[way] / line.per)} {line.unit}" if way else ""


def _medians(document: dict[str, Any], line: _Line) -> dict[str, float]:
    wanted = {"question": line.question, "size": line.size, "measure": line.measure}
    return {
        row["way"]: row["median"]
        for row in document["rows"]
        if wanted.items() <= row.items() and row["case"].startswith(line.case)
    }


if __name__ == "__main__":
    print(summary(json.loads(RESULTS.read_text(encoding="utf-8"))))
