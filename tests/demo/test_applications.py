"""The lock files of the sample applications are real and current ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sentry_modules
import tomli

from demo.applications import APPLICATIONS, STOREFRONT, Application

_HOSTS = {"files.example.org", "index.example.org"}


def read(path: Path) -> Any:
    """Read a TOML file."""
    return tomli.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda application: application.name)
def test_the_lock_names_the_run_time_side_of_this_checkout(application: Application) -> None:
    """A release of the run-time side needs a new lock file, and this says so."""
    packages = read(application.folder / "uv.lock")["package"]
    locked = {one["name"]: one.get("version") for one in packages}
    project = read(application.folder / "pyproject.toml")["project"]
    assert locked["sentry-modules"] == sentry_modules.__version__
    assert locked[application.name] == project["version"]


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda application: application.name)
def test_the_lock_names_no_real_index(application: Application) -> None:
    """What is locked comes from hosts that are reserved for examples."""
    text = (application.folder / "uv.lock").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://([^/\"]+)", text)) == _HOSTS


@pytest.mark.parametrize("condition", ["sys_platform == 'win32'", "python_full_version < '3.11'"])
def test_the_lock_holds_conditional_distributions(condition: str) -> None:
    """One belongs to a platform alone, and others have two versions by Python's version."""
    edges = [
        edge
        for one in read(STOREFRONT.folder / "uv.lock")["package"]
        for edge in one.get("dependencies", [])
    ]
    assert condition in {edge.get("marker") for edge in edges}
