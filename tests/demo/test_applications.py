"""The lock file of the sample application is a real and current one."""

from __future__ import annotations

import pytest
import tomli

from demo.applications import CHECKOUT, STOREFRONT

_LOCK = tomli.loads((STOREFRONT.folder / "uv.lock").read_text(encoding="utf-8"))
_PROJECT = tomli.loads((STOREFRONT.folder / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_lock_names_the_run_time_side_of_this_checkout() -> None:
    """A release of the run-time side needs a new lock file, and this says so."""
    project = tomli.loads((CHECKOUT / "runtime/pyproject.toml").read_text(encoding="utf-8"))
    locked = {one["name"]: one.get("version") for one in _LOCK["package"]}
    assert locked["sentry-modules"] == project["project"]["version"]
    assert locked[STOREFRONT.name] == _PROJECT["project"]["version"]


@pytest.mark.parametrize("condition", ["sys_platform == 'win32'", "python_full_version < '3.11'"])
def test_the_lock_holds_conditional_distributions(condition: str) -> None:
    """One belongs to a platform alone, and others have two versions by Python's version."""
    edges = [edge for one in _LOCK["package"] for edge in one.get("dependencies", [])]
    assert condition in {edge.get("marker") for edge in edges}
