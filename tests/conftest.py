"""Counts that tests have kept, printed at the end of a run."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable, Mapping

import pytest

Tally = Callable[[str, Mapping[str, int]], None]


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Return a function that takes what was done and how often it ended in which way."""
    return lambda what, counts: record_property("tally", [what, dict(counts)])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line for everything that was counted, also in processes of pytest-xdist."""
    totals: dict[str, Counter[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for key, value in getattr(report, "user_properties", ()):
                if key == "tally" and report.when == "call":
                    totals.setdefault(value[0], Counter()).update(value[1])
    for what, counts in sorted(totals.items()):
        endings = ", ".join(f"{count} {ending}" for ending, count in sorted(counts.items()))
        terminalreporter.write_line(f"{sum(counts.values())} {what}: {endings}")
