"""What is read of another project's tests is what ran."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.peers.outcomes import run_pytest

TESTS = """
def test_one(): pass
def test_two(): assert False
"""


def test_each_outcome_is_read(tmp_path: Path) -> None:
    """A test that fails is the suite's own affair."""
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    found = run_pytest(Path(sys.executable), tmp_path, "test_it.py", environment={})
    assert found == {"test_it::test_one": "passed", "test_it::test_two": "failure"}


def test_a_suite_that_does_not_run_is_no_result(tmp_path: Path) -> None:
    """It would be the same without and with this project."""
    (tmp_path / "test_it.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="test_it"):
        run_pytest(Path(sys.executable), tmp_path, "test_it.py", environment={})
