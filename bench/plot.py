"""Draws the results as an SVG file: ``python -m bench.plot`` draws it anew from the last whole run.

The same results give the same bytes. Colours of text and lines follow the reader's theme, light or
dark, which the style sheet in the file asks for.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.measuring import ROOT

RESULTS = ROOT / "bench" / "results.json"
PLOT = ROOT / "docs" / "benchmarks.svg"

INK = "#1f2328"
GRID = "#d1d9e0"
WITHOUT, ALONE, WITH, FLOOR = "#d1482f", "#a371f7", "#1f883d", "#7d8590"
"""The same kind of thing has the same colour in every panel; each is seen on white and on black."""

LEGEND = {
    "without (stock SDK, lock tool's export, copied metadata)": WITHOUT,
    "with this project": WITH,
    "with install() alone": ALONE,
    "floor (bare dict, set in before_send, bare parse)": FLOOR,
}
COLOURS = {
    "stock": WITHOUT,
    "copied metadata": WITHOUT,
    "install()": ALONE,
    "manifest": WITH,
    "freeze": WITH,
    "bare dict": FLOOR,
    "floor": FLOOR,
    "bare parse": FLOOR,
}
"""By way; another one is a lock tool's."""

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "benchmarks",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), INK),
    **dict.fromkeys(("xtick.color", "ytick.color"), INK),
}
THEME = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif!important}"
    "@media(prefers-color-scheme:dark){"
    f"[style*='fill: {INK}']{{fill:#e6edf3!important}}"
    f"[style*='stroke: {INK}']{{stroke:#e6edf3!important}}"
    f"[style*='stroke: {GRID}']{{stroke:#3d444d!important}}}}"
)

TITLE = "The cost of modules on Sentry events"


def draw(document: dict[str, Any], path: Path) -> None:
    """Draw all panels of a document of results into an SVG file."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 7), layout="constrained")
        (first, zipped, bundled), (event, freeze, weight) = figure.subplots(2, 3)
        for axes, place in ((first, "directory"), (zipped, "zip"), (bundled, "PyInstaller")):
            axes.sharey(first)
            chosen = _rows(document, "first-event", place, "processor us")
            _lines(axes, f"First event, {place}", chosen)
        _lines(event, "Each event", _rows(document, "event", "", "processor us"))
        _freezing(freeze, document)
        _weights(weight, document)
        machine = document["machine"]
        handles = [Line2D([], [], color=colour, linewidth=4) for colour in LEGEND.values()]
        figure.legend(handles, LEGEND, loc="outside upper center", ncols=4, fontsize=8)
        figure.supxlabel(
            "Medians, the quartiles as bands; processor time for events, wall time for freezing. "
            f"{machine['processor']}, {machine['python']}, "
            f"sentry-sdk {document['versions']['sentry-sdk']}",
            fontsize=8,
        )
        output = io.StringIO()
        figure.savefig(
            output,
            format="svg",
            transparent=True,
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    path.parent.mkdir(exist_ok=True)
    path.write_text(_accessible(output.getvalue(), document), encoding="utf-8", newline="\n")


def _rows(document: dict[str, Any], question: str, case: str, measure: str) -> list[dict[str, Any]]:
    wanted = {"question": question, "case": case, "measure": measure}
    return [row for row in document["rows"] if wanted.items() <= row.items()]


def _lines(axes: Axes, title: str, rows: Iterable[dict[str, Any]]) -> None:
    """Draw time over the number of distributions, both as powers, a line for each way."""
    axes.set(title=title, xscale="log", yscale="log", xlabel="distributions", ylabel="ms")
    ways: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["size"]):
        ways.setdefault(row["way"], []).append(row)
    for way, points in ways.items():
        colour, dashes = COLOURS[way], ":" if COLOURS[way] == FLOOR else "-"
        sizes = [row["size"] for row in points]
        low, middle, high = (
            [row[name] / 1e3 for row in points] for name in ("low", "median", "high")
        )
        axes.plot(sizes, middle, dashes, marker="o", markersize=3, color=colour)
        axes.fill_between(sizes, low, high, color=colour, alpha=0.2, linewidth=0)
    ticks = sorted({row["size"] for rows in ways.values() for row in rows})
    axes.set_xticks(ticks, [f"{size:,}" for size in ticks], minor=False)
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")


def _freezing(axes: Axes, document: dict[str, Any]) -> None:
    """Draw bars for each lock format: freezing, the bare parse, and the tool's own export."""
    axes.set(title="Freezing a lock file, whole process", xlabel="ms")
    rows = [row for row in document["rows"] if row["question"] == "freeze"]
    cases: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["measure"] == "wall ms":
            cases.setdefault(row["case"], []).append(row)
    labels = []
    for place, (case, ways) in enumerate(reversed(cases.items())):
        for number, row in enumerate(ways):
            colour = COLOURS.get(row["way"], WITHOUT)
            axes.barh(place + 0.25 - number / 4, row["median"], 0.22, color=colour)
        tools = [row["way"] for row in ways if row["way"] not in COLOURS]
        labels.append("\n".join([case.partition(" ")[0], *tools]))
    axes.set_yticks(range(len(labels)), labels)
    axes.grid(visible=False, axis="y")


def _weights(axes: Axes, document: dict[str, Any]) -> None:
    """Draw what is added to the bundle."""
    axes.set(title="Added to a PyInstaller bundle", xlabel="kB")
    rows = _rows(document, "bundle", "onedir", "bytes added")[::-1]
    for place, row in enumerate(rows):
        bar = axes.barh(place, row["median"] / 1e3, 0.35, color=COLOURS[row["way"]])
        axes.bar_label(bar, fmt="{:,.0f} kB", padding=4)
    axes.set_yticks(range(len(rows)), [row["way"] for row in rows])
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.2, y=0.4)


def _accessible(text: str, document: dict[str, Any]) -> str:
    """Add a title, a description and the style sheet behind the root element's start."""
    description = " ".join(f"{one['text']}: {one['value']:g}." for one in document["promises"])
    head, root, rest = text.partition("<svg ")
    attributes, end, body = rest.partition(">")
    added = f'<title id="title">{escape(TITLE)}</title>'
    added += f'<desc id="desc">{escape(description)}</desc><style>{THEME}</style>'
    labels = 'role="img" aria-labelledby="title desc" '
    return f"{head}{root}{labels}{attributes}{end}\n{added}{body}"


if __name__ == "__main__":
    draw(json.loads(RESULTS.read_text(encoding="utf-8")), PLOT)
