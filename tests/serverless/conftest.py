"""What the functions share with the engines' workers, and their own table."""

from __future__ import annotations

import pytest

from tests.engines.conftest import field, print_table, runtime_side, shipments, shop, tracker

__all__ = ["field", "runtime_side", "shipments", "shop", "tracker"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of all functions that were run."""
    print_table(terminalreporter, "function")
