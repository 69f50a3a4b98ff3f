"""Prints tables: with rich on a terminal, as plain columns in a pipe."""

import sys
from collections.abc import Sequence

import click


def show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; a terminal gets colour unless ``NO_COLOR`` is set, a pipe stable text."""
    if sys.stdout and sys.stdout.isatty():
        _show_rich(headings, rows)
        return
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _show_rich(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # text, since a value may look like rich's markup
    Console().print(table)
