"""The table that the cells of a run make together."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.layouts.all_layouts import LAYOUTS
from tests.layouts.layout import HOSTS, WAYS

ORDER = {make.__name__: place for place, make in enumerate(LAYOUTS)}
COLUMNS = [f"{host}, {way}" for host in HOSTS for way in ("stock", *WAYS)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a row for each layout and a column for each host and way, the stock SDK beside them."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    reports.sort(key=lambda report: ORDER.get(report.nodeid.rpartition("[")[2][:-1], 99))
    table: dict[str, dict[str, str]] = defaultdict(dict)
    for report in reports:
        for key, value in report.user_properties:
            if key == "cell":
                row, column, text = value
                table[row][column] = text
    if table:
        terminalreporter.section("layouts")
        terminalreporter.write_line(" | ".join(["layout", *COLUMNS]))
    for row, cells in table.items():
        terminalreporter.write_line(" | ".join([row, *(cells.get(c, "") for c in COLUMNS)]))
