"""The two ends of the scenario table; ``nox -s scenarios`` runs the rest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.runtime import scenarios
from tests.runtime.application import RUNTIME, installed_once, run, sdk
from tests.runtime.sdks import OLDEST


def test_the_newest_sdk() -> None:
    """Every scenario holds on the SDK of this test run."""
    assert_all_hold(sdk())


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="it cannot capture exceptions there")
def test_the_oldest_sdk() -> None:
    """Every scenario holds on the oldest SDK of the table."""
    table = assert_all_hold(installed_once(*OLDEST))
    assert "sentry-sdk 1.5.12" in table


def assert_all_hold(site: Path) -> str:
    """Run the table on the SDK in a folder; a wrong answer ends it with status 1."""
    script = Path(scenarios.__file__)
    table = run("-W", "ignore", script, path=(RUNTIME, site))
    assert len(table.splitlines()) == 1 + len(scenarios.SCENARIOS)
    assert "WRONG" not in table
    # By scenario: one that an interpreter cannot run has three of them.
    assert sum("n/a" in line for line in table.splitlines()) < len(scenarios.SCENARIOS) / 4
    return table
