"""The standard library's own tests of ``importlib.metadata`` give the same with a manifest."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests.peers import interpreters, manifest
from tests.peers.outcomes import Outcomes, active, run_unittest

pytestmark = pytest.mark.slow

OWN = {"distinfo-pkg": "1.0.0", "egginfo-file": "0.1", "egginfo-pkg": "1.0.0", "pkg-dot": "1.0.0"}
"""What the tests themselves lay down."""

OTHER = dict.fromkeys(OWN, "9.9")


@functools.cache
def _without(version: str) -> Outcomes:
    return _run(version, "", Path())


def _run(version: str, mode: str, module: Path) -> Outcomes:
    python = interpreters.find(version)
    if python is None:
        pytest.skip(f"no Python {version} with the standard library's tests is here")
    modules = interpreters.metadata_tests(version)
    return run_unittest(python, *modules, environment=active(mode, module))


@pytest.mark.parametrize("version", interpreters.VERSIONS)
@pytest.mark.parametrize(
    ("mode", "listed"),
    [("activate", manifest.UNRELATED), ("activate", OWN), ("install", OWN)],
    ids=["unrelated", "own", "own-install"],
)
def test_nothing_changes(version: str, mode: str, listed: dict[str, str], tmp_path: Path) -> None:
    """Each test has the outcome that it has without, and most of them pass."""
    without = _without(version)
    module = manifest.write(tmp_path / "peers_manifest.py", listed)
    assert _run(version, mode, module) == without
    assert list(without.values()).count("passed") > 45


@pytest.mark.parametrize("version", interpreters.VERSIONS)
def test_the_manifest_is_active(version: str, tmp_path: Path) -> None:
    """Where it lists other versions, those tests fail that ask for one: it was active above."""
    module = manifest.write(tmp_path / "peers_manifest.py", OTHER)
    found = _run(version, "activate", module)
    changed = [test for test, outcome in found.items() if outcome != _without(version)[test]]
    assert any("version" in test for test in changed)
