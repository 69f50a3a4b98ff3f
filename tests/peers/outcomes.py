"""Runs the test suite of another project, and returns the outcome of each of its tests."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
INSIDE = Path(__file__).parent / "inside"
"""What the process of a suite imports: nothing of it may need more than Python 3.8."""

Outcomes: TypeAlias = Mapping[str, str]
"""Test to ``passed``, ``skipped``, ``failure`` or ``error``."""


def run_pytest(
    python: Path, folder: Path, *arguments: str, environment: Mapping[str, str]
) -> Outcomes:
    """Run a suite that pytest runs, from a folder, and read what it reports.

    Raises ``RuntimeError`` where pytest runs none of it: one that cannot be collected would be the
    same without and with this project.
    """
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary, "report.xml")
        # The suite's own options may fill the report with output, or spread it over processes.
        options = ["-q", "-p", "no:cacheprovider", "-o", "junit_logging=no", f"--junitxml={report}"]
        status = _run(
            [str(python), "-m", "pytest", *options, *arguments], folder, environment, report
        )
        if status not in {_OK, _TESTS_FAILED}:
            raise RuntimeError(f"pytest {' '.join(arguments)} ended with status {status}")
        cases = ET.parse(report).iter("testcase")  # noqa: S314  # pytest wrote it just now
        found: dict[str, str] = {}
        for case in cases:
            name = f"{case.get('classname')}::{case.get('name')}"
            # A test can pass and its teardown fail: the worse of two outcomes counts.
            outcome = next((e.tag for e in case if e.tag in _WORSE), "passed")
            found[name] = max(found.get(name, "passed"), outcome, key=_ORDER.index)
        return found


_OK, _TESTS_FAILED = 0, 1  # the exit codes of pytest, https://docs.pytest.org/en/stable/reference
_ORDER = ["passed", "skipped", "failure", "error"]
_WORSE = frozenset(_ORDER[1:])


def run_unittest(python: Path, *modules: str, environment: Mapping[str, str]) -> Outcomes:
    """Run modules of unittest, such as those of the standard library's own suite."""
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary, "report.json")
        command = [str(python), str(INSIDE / "unittest_outcomes.py"), str(report), *modules]
        _run(command, Path(temporary), environment, report)
        found: dict[str, str] = json.loads(report.read_text(encoding="utf-8"))
        return found


def _run(command: list[str], folder: Path, environment: Mapping[str, str], report: Path) -> int:
    """Return the status of a command that has written its report."""
    # Without bytecode sentry-sdk's tests compile its integrations again for each of their clients.
    unwanted = ("PYTEST_", "PYTHONDONTWRITEBYTECODE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    # As in an activated environment: some suites start its programs by name.
    clean["PATH"] = os.pathsep.join([str(Path(command[0]).parent), clean.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if not report.is_file():
        text = (done.stdout + done.stderr)[-2000:]
        raise RuntimeError(f"{' '.join(command[:4])} wrote no report:\n{text}")
    return done.returncode


def active(mode: str, manifest: Path) -> dict[str, str]:
    """Return the environment variables by which a suite's process activates a manifest.

    Args:
        mode: ``activate``, ``install``, ``integration``; or nothing for a process without.
        manifest: The generated module.
    """
    folders = [INSIDE, ROOT / "runtime", manifest.parent] if mode else [INSIDE]
    return {
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "PEERS_MODE": mode,
        "PEERS_MANIFEST": manifest.stem,
    }
