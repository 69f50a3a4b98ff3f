"""A suite's row says which differences have no reason, and when the suite shows nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.__main__ import main, report
from tests.peers.outcomes import Outcomes, run_pytest
from tests.peers.suites import Suite

SUITE = Suite(
    name="small", source="small==1.0", requires=(), runs=(("test_it.py",),), modes=("activate",)
)
SOUND = """
def test_one(): pass
def test_two(): pass
"""
BROKEN = f"""{SOUND}
import os
def test_three(): assert os.environ["PEERS_MODE"] != "activate"
"""
CRASHING = f"""{SOUND}
import os
def test_three(): os.environ["PEERS_MODE"] != "activate" or os._exit(3)
"""
HALF_FAILING = """
def test_one(): pass
def test_two(): assert False
"""

Run = Callable[[str], Outcomes]


@pytest.fixture
def runner(tmp_path: Path) -> Callable[[str], Run]:
    """Return what makes a project of a test file, and returns what runs it in a mode."""

    def make(tests: str) -> Run:
        (tmp_path / "test_it.py").write_text(tests, encoding="utf-8")

        def run(mode: str) -> Outcomes:
            environment = {"PEERS_MODE": mode, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            return run_pytest(Path(sys.executable), tmp_path, "test_it.py", environment=environment)

        return run

    return make


def test_a_suite_without_differences(
    runner: Callable[[str], Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its row counts its tests, and nothing is left to explain."""
    assert report(SUITE, "test_it.py", runner(SOUND))
    told = capsys.readouterr().out
    assert told == "small==1.0 test_it.py: 2 tests, 0 failed\n  activate: 2 tests, 0 failed\n"


def test_a_difference_needs_a_reason(
    runner: Callable[[str], Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """A test that ends otherwise in one mode is named."""
    assert not report(SUITE, "test_it.py", runner(BROKEN))
    assert "test_three: passed, failure: UNEXPLAINED\n" in capsys.readouterr().out


def test_a_suite_that_mostly_fails_shows_nothing(
    runner: Callable[[str], Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends the same without and with this project, whatever this project breaks."""
    assert not report(SUITE, "test_it.py", runner(HALF_FAILING))
    assert "2 tests, 1 failed: UNEXPLAINED, " in capsys.readouterr().out


def test_a_suite_that_crashes_is_named(
    runner: Callable[[str], Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """It has no row, which is no success, and whoever runs several gets the others."""
    assert not report(SUITE, "test_it.py", runner(CRASHING))
    told = capsys.readouterr().out
    assert "small==1.0 test_it.py: 3 tests, 0 failed\n" in told
    assert "small==1.0 test_it.py: UNEXPLAINED, " in told


def test_a_name_of_no_suite_is_refused() -> None:
    """Running nothing would look like a suite without differences."""
    with pytest.raises(SystemExit, match=r"no suite named 'small:test_other\.py'"):
        main(["small:test_other.py"], [SUITE])
