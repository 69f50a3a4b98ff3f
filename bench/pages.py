"""Writes what the last whole run says: ``python -m bench.pages`` prints the README's table.

``docs/benchmarks.md`` gets every promise and every number, ``docs/benchmarks.svg`` the curves.
"""

from __future__ import annotations

import json
from typing import Any

from bench import table
from bench.measuring import BYTES, INSTRUCTIONS, ROOT, Promise, Row

RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"

_FIRST = ("first-event", "folder", 300)
_BUILD = ("build", "python -m build, hatchling", None)
LINES = {
    "the first event waits, 300 distributions": (_FIRST, "stock", "manifest", INSTRUCTIONS),
    "each event, 300 distributions": (("event", "", 300), "stock", "manifest", INSTRUCTIONS),
    "start of a PyInstaller bundle": (
        ("bundle", "start", None),
        "stock",
        "manifest",
        INSTRUCTIONS,
    ),
    "added to that bundle; without: copied metadata": (
        ("bundle", "added", None),
        "copied metadata",
        "manifest",
        BYTES,
    ),
    "`python -m build` with hatchling": (
        _BUILD,
        "without the hook",
        "with the hook",
        INSTRUCTIONS,
    ),
}
"""The README's lines: question, case and size; without this project, and with it; the measure."""

TITLES = {
    "first-event": "First event, and memory after it",
    "event": "Each event, and the import",
    "bundle": "PyInstaller bundle",
    "archives": "Looking into an archive",
    "freeze": "Freezing",
    "growth": "Growth",
    "build": "Builds",
    "unrelated": "Builds and applications that do not use it",
}

NOTES = {
    "build": "Hatchling looks through all that is installed before it calls a hook. The rows "
    "with a hook that does nothing show what that takes; its promises are measured from there.",
    "unrelated": "Setuptools reads the entry points of all that is installed again and again. The "
    "row with an empty entrance shows what that takes; the promise is measured from there.",
}

_HEAD = """\
# Benchmarks

`make bench` measures all of this in one run, and fails where a promise is missed. It judges by
instruction counts (valgrind), which are the same on a busy machine. Processor and wall
times stand beside them, most of one run, and the least of several where time judges.

Measured on {machine[processor]}, {machine[cores]} cores, {machine[system]}, {machine[python]}, with
{versions}.

![The cost of modules on Sentry events](benchmarks.svg)
"""


def summary(document: dict[str, Any]) -> str:
    """Return the README's table."""
    rows = []
    for text, (key, *ways, measure) in LINES.items():
        unit = table.COLUMNS[measure][0].removeprefix("wall ")
        found = {row.way: row for row in _rows(document, key[0]) if (row.case, row.size) == key[1:]}
        rows.append((text, *(f"{table.value(found[way], measure)} {unit}" for way in ways)))
    return table.table(("", "without", "with this project"), rows)


def page(document: dict[str, Any]) -> str:
    """Return the page with every promise and every number."""
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    promises = [Promise(**one) for one in document["promises"]]
    parts = [_HEAD.format(machine=document["machine"], versions=versions).rstrip("\n")]
    parts += ["## Promises", table.promises(promises)]
    for question, title in TITLES.items():
        parts += [f"## {title}", table.numbers(_rows(document, question))]
        parts += [NOTES[question]] if question in NOTES else []
    return "\n\n".join(parts) + "\n"


def _rows(document: dict[str, Any], question: str) -> list[Row]:
    return [Row(**row) for row in document["rows"][question]]


def write() -> None:
    """Write the page and the figure from the last whole run."""
    from bench import plot  # matplotlib takes long to import

    document = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(page(document), encoding="utf-8", newline="\n")
    plot.draw(document, PLOT)


if __name__ == "__main__":
    write()
    print(summary(json.loads(RESULTS.read_text(encoding="utf-8"))))
