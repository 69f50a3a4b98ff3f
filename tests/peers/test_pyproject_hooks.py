"""The tests of pyproject-hooks give the same where the wrapper stands around their backends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.cache import kept_python
from tests.peers import sdists
from tests.peers.outcomes import ROOT, Outcomes, run_pytest

pytestmark = pytest.mark.slow

VERSION = "pyproject-hooks==1.3.3"

DIFFERENCES = {
    "test_missing_backend_gives_exception": "BackendUnavailable has the name of the wrapper, since"
    " that is the backend that pyproject.toml names",
}
"""Tests that end otherwise around the wrapper, and why that is right."""


def _wrap(samples: Path) -> Iterator[str]:
    """Put the wrapper around the backends of the samples, and yield which were changed.

    A backend inside the tree stays: by PEP 517 the frontend loads it from there and nowhere else.
    """
    for file in samples.glob("*/pyproject.toml"):
        text = file.read_text(encoding="utf-8")
        backend = next(line for line in text.splitlines() if line.startswith("build-backend"))
        wrapped = text.replace(backend, 'build-backend = "hatch_sentry_modules.backend"')
        if "backend-path" not in text:
            table = f"[tool.sentry-modules]\n{backend}\nrequired = false\n"
            file.write_text(f"{wrapped.rstrip()}\n{table}", encoding="utf-8")
            yield file.parent.name


def _run(folder: Path) -> Outcomes:
    python = kept_python(
        "peer-pyproject-hooks", VERSION, "pytest", "testpath", "setuptools", "wheel",
        "-e", str(ROOT),
    )  # fmt: skip
    return run_pytest(python, folder, "tests", environment={})


def test_around_every_backend(tmp_path: Path) -> None:
    """Each hook, each missing hook and each exception reaches the frontend as without it."""
    plain = sdists.unpacked(VERSION)
    shutil.copytree(plain, tmp_path / "wrapped")
    wrapped = set(_wrap(tmp_path / "wrapped" / "tests" / "samples"))
    assert {"pkg1", "pkg2", "pkg3"} <= wrapped
    without, found = _run(plain), _run(tmp_path / "wrapped")
    changed = {test for test, outcome in found.items() if outcome != without.get(test)}
    unexplained = {test for test in changed if not any(known in test for known in DIFFERENCES)}
    assert not unexplained
    assert found.keys() == without.keys()
    assert list(without.values()).count("passed") > 30
