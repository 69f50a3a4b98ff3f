"""Draws the curves of the results as an SVG file, the same bytes for the same results.

Colours of text and lines follow the reader's theme, light or dark, which the style sheet in the
file asks for.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.measuring import BYTES, INSTRUCTIONS, PROCESSOR

INK, GRID = "#1f2328", "#d1d9e0"
WITHOUT, WITH, FLOOR = "#d1482f", "#1f883d", "#7d8590"
"""The same kind of thing has the same colour in every panel; each is seen on white and on black."""

LEGEND = {
    "stock SDK": WITHOUT,
    "with this project": WITH,
    "floor (bare dict, set in before_send)": FLOOR,
}
COLOURS = {"stock": WITHOUT, "bare dict": FLOOR, "floor": FLOOR}

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


class Panel(NamedTuple):
    """What is drawn: a measure of a question, in one case or in all, divided by ``scale``."""

    title: str
    question: str
    case: str | None
    measure: str
    unit: str
    scale: float


PANELS = (
    Panel("First event", "first-event", "folder", INSTRUCTIONS, "million instructions", 1e6),
    Panel("Each event", "event", "", INSTRUCTIONS, "million instructions", 1e6),
    Panel("Memory after the first event", "first-event", "memory", BYTES, "kB", 1e3),
    Panel("Freezing a lock file", "growth", None, PROCESSOR, "s of processor time", 1e3),
)


def draw(document: dict[str, Any], path: Path) -> None:
    """Draw all panels of a document of results into an SVG file."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 4), layout="constrained")
        for axes, panel in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
            _curves(axes, document, panel)
        handles = [Line2D([], [], color=colour, linewidth=4) for colour in LEGEND.values()]
        figure.legend(handles, LEGEND, loc="outside upper center", ncols=3, fontsize=8)
        output = io.StringIO()
        unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(output, format="svg", transparent=True, metadata=unsaid)
    text = _accessible(output.getvalue(), document)
    path.write_text(text, encoding="utf-8", newline="\n")


def _curves(axes: Axes, document: dict[str, Any], panel: Panel) -> None:
    """Draw a measure over the number of distributions, both as powers, a line for each way."""
    axes.set(title=panel.title, xscale="log", yscale="log", xlabel="distributions")
    axes.set_ylabel(panel.unit)
    curves: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in document["rows"][panel.question]:
        if panel.case in {None, row["case"]} and panel.measure in row["values"]:
            point = row["size"], row["values"][panel.measure] / panel.scale
            curves.setdefault((row["case"], row["way"]), []).append(point)
    for (_, way), points in curves.items():
        colour = COLOURS.get(way, WITH)
        line = ":" if colour == FLOOR else "-"
        axes.plot(*zip(*sorted(points), strict=True), line, marker="o", markersize=3, color=colour)
    axes.minorticks_off()
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:g}")


def _accessible(text: str, document: dict[str, Any]) -> str:
    """Add a title, a description and the style sheet behind the root element's start."""
    description = " ".join(f"{one['text']}: {one['value']:g}." for one in document["promises"])
    head, root, rest = text.partition("<svg ")
    attributes, end, body = rest.partition(">")
    added = f'<title id="title">{escape(TITLE)}</title>'
    added += f'<desc id="desc">{escape(description)}</desc><style>{THEME}</style>'
    labels = 'role="img" aria-labelledby="title desc" '
    return f"{head}{root}{labels}{attributes}{end}\n{added}{body}"
