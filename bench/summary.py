"""Writes the README's table from the last whole run: ``python -m bench.summary`` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.plot import RESULTS
from bench.table import number


class _Line(NamedTuple):
    """What is compared; ``ways`` are those of the columns, and a case is known by how it begins."""

    text: str
    question: str
    case: str
    size: int | None
    measure: str
    ways: tuple[str, str, str]


_EVENT, _WALL = "processor us", "wall ms"
_FIRST = ("stock", "manifest", "bare dict")
_BUILT = ("without the hook", "with the hook", "")
_EXPORTS = {
    "uv.lock": "uv export",
    "poetry.lock": "poetry export",
    "pdm.lock": "pdm export",
    "Pipfile.lock": "pipenv requirements",
}


def _lines() -> Iterator[_Line]:
    for size in (30, 300, 1_000):
        text = f"the first event waits, {size:,} distributions"
        yield _Line(text, "first-event", "directory", size, _EVENT, _FIRST)
    ways = ("stock", "manifest", "floor")
    yield _Line("each event, 300 distributions", "event", "", 300, _EVENT, ways)
    text = "`import sentry_sdk`; with `sentry_modules`, so much more"
    ways = ("sentry_sdk", "sentry_modules", "")
    yield _Line(text, "process", "import", None, "import, processor us", ways)
    text, ways = "memory, 300 distributions", ("", "manifest", "bare dict")
    yield _Line(text, "process", "memory", 300, "memory, bytes", ways)
    text = "added to a PyInstaller bundle; without: copied metadata"
    ways = ("copied metadata", "manifest", "")
    yield _Line(text, "bundle", "onedir", None, "bytes added", ways)
    ways = ("stock", "manifest", "")
    yield _Line("start of that bundle", "bundle", "onedir", None, _WALL, ways)
    for file, tool in _EXPORTS.items():
        text = f"freezing the largest `{file}`; without: `{tool}`"
        yield _Line(text, "freeze", file, None, _WALL, (tool, "freeze", "bare parse"))
    for backend in ("hatchling", "setuptools"):
        yield _Line(f"`python -m build` with {backend}", "build", backend, None, _WALL, _BUILT)


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
    for line in _lines():
        cells = (_cell(document, line, way) for way in line.ways)
        lines.append(f"| {line.text} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(document: dict[str, Any], line: _Line, way: str) -> str:
    if not way:
        return ""
    unit = "kB" if "bytes" in line.measure else "ms"
    value = _medians(document, line)[way]
    return f"{number(value if line.measure == _WALL else value / 1e3)} {unit}"


def _medians(document: dict[str, Any], line: _Line) -> dict[str, float]:
    wanted = {"question": line.question, "size": line.size, "measure": line.measure}
    return {
        row["way"]: row["median"]
        for row in document["rows"]
        if wanted.items() <= row.items() and row["case"].startswith(line.case)
    }


if __name__ == "__main__":
    print(summary(json.loads(RESULTS.read_text(encoding="utf-8"))))
