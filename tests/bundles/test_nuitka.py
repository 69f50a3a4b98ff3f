"""Nuitka with the plugin; one build takes minutes, so ``make test-nuitka`` alone runs it."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import pytest
import sentry_modules

from demo import server
from demo.bundles import installed, normalize
from tests.bundles.pages import Workplace, blocks, stored

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TEST_NUITKA" not in os.environ, reason="make test-nuitka runs it"),
]

PAGE = "nuitka.md"
INSTALL, BUILD, START = blocks(PAGE, "sh")[0].splitlines()
NEEDED = ("certifi", "sentry-sdk", "setuptools", "urllib3")


def test_the_event_lists_what_was_compiled(tmp_path: Path) -> None:
    """The page's bundle starts, and the server holds what is in it and nothing else."""
    place = Workplace(tmp_path)
    place.write(PAGE)
    place.run(INSTALL)
    there = installed(python=place.python)
    place.run(BUILD)
    with server.running() as tracker:
        event = stored(tracker, "Nuitka", lambda dsn: place.run(START, SENTRY_DSN=dsn))
    found = {normalize(name): version for name, version in event["modules"].items()}
    needed = {name: there[name] for name in NEEDED if name in there}
    assert found == {**needed, "sentry-modules": sentry_modules.__version__}
    assert {"logging", "modules", "stdlib"} <= set(event["sdk"]["integrations"])
    values = runpy.run_path(str(tmp_path / "app.dist" / "_sentry_modules.py"))
    assert values["MODULES"] == event["modules"]
