"""Numbers and promises as tables in Markdown, which a terminal shows well enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.measuring import BYTES, INSTRUCTIONS, MEMORY, PROCESSOR, WALL, Promise, Row

COLUMNS = {
    INSTRUCTIONS: ("million instructions", 1e6),
    PROCESSOR: ("processor ms", 1),
    WALL: ("wall ms", 1),
    MEMORY: ("peak MB", 1),
    BYTES: ("kB", 1e3),
}
"""For each measure its heading, and its unit."""


def numbers(rows: Sequence[Row]) -> str:
    """Return a line for each way."""
    measures = [name for name in COLUMNS if any(name in row.values for row in rows)]
    lines = (
        (
            row.case,
            "" if row.size is None else f"{row.size:,}",
            row.way,
            *(value(row, name) for name in measures),
        )
        for row in rows
    )
    return table(("case", "size", "way", *(COLUMNS[name][0] for name in measures)), lines)


def value(row: Row, measure: str) -> str:
    """Return a number of a row in its column's unit, or nothing where it has none."""
    return number(row.values[measure] / COLUMNS[measure][1]) if measure in row.values else ""


def promises(found: Iterable[Promise]) -> str:
    """Return a line for each promise: whether it is met, and what it was judged by."""
    lines = (
        (
            "met" if one.is_met else "**missed**",
            one.text,
            number(one.value),
            f"at {'least' if one.is_lower_limit else 'most'} {number(one.limit)}",
            one.by,
        )
        for one in found
    )
    return table(("", "promise", "measured", "limit", "judged by"), lines)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose columns are as wide as their cells."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        f"| {' | '.join(cell.ljust(n) for cell, n in zip(line, widths, strict=True))} |"
        for line in lines
    )


def number(value: float) -> str:
    """Return a number with four digits that count, and all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - four digits
