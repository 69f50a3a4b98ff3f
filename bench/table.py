"""Prints an answer: a line for each case, its ways side by side, and the promises below."""

from __future__ import annotations

from collections import defaultdict

from bench.measuring import Promise, Report, Row


def table(report: Report) -> str:
    """Give medians with quartiles and the number of samples, and whether promises are met."""
    lines: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in report.rows:
        size = "" if row.key.size is None else f"{row.key.size:,}"
        lines[row.key.case, size, row.key.measure].append(row)
    cells = [[*head, *map(_cell, rows)] for head, rows in lines.items()]
    columns = max(map(len, cells))
    widths = [max(len(row[n]) for row in cells if n < len(row)) for n in range(columns)]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in cells
    ]
    return "\n".join([*text, *map(_line, report.promises)])


def _cell(row: Row) -> str:
    spread = f" [{number(row.low)}..{number(row.high)}]" if row.samples > 1 else ""
    return f"{row.key.way} {number(row.median)}{spread} n={row.samples}"


def _line(promise: Promise) -> str:
    bound = "at least" if promise.is_lower_limit else "at most"
    verdict = "met" if promise.is_met else "MISSED"
    value, limit = number(promise.value), number(promise.limit)
    return f"{verdict:<7}{promise.text}: {value} ({bound} {limit})"


def number(value: float) -> str:
    """Write a number with three digits that count, and all before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
