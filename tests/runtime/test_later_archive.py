"""Sentry starts before the application is there, as on workers that get it with a task."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.runtime.application import FROZEN, RUNTIME, manifest_text, write_files

MAIN = """
import json, sys
import sentry_sdk
from importlib import metadata
from sentry_modules import FrozenModulesIntegration

events = []
sentry_sdk.init(
    dsn="https://key@sentry.example.org/1",
    integrations=[FrozenModulesIntegration()],
    before_send=lambda event, hint: events.append(event),
)
metadata.entry_points()  # asks every finder, before the manifest is there
sentry_sdk.capture_message("early")
sys.path.insert(0, sys.argv[1])
sentry_sdk.capture_message("late")
print(json.dumps([events[0]["modules"], events[1]["modules"], metadata.version("acme-app")]))
"""


def test_the_list_is_that_of_the_application_once_it_is_there(tmp_path: Path) -> None:
    """A miss holds for the path on which it came, and neither the event nor a look-up keeps it."""
    files = {"__init__.py": "", "_sentry_modules.py": manifest_text(FROZEN)}
    write_files(tmp_path / "app" / "acme", files)
    archive = shutil.make_archive(str(tmp_path / "app"), "zip", tmp_path / "app")
    write_files(tmp_path / "start", {"main.py": MAIN})
    done = subprocess.run(
        [sys.executable, str(tmp_path / "start" / "main.py"), archive],
        env={**os.environ, "PYTHONPATH": str(RUNTIME)},
        stdout=subprocess.PIPE,
        check=True,
    )
    early, late, version = json.loads(done.stdout)
    assert "acme-app" not in early
    assert late["acme-app"] == FROZEN["acme-app"]
    assert "pytest" not in late
    assert version == FROZEN["acme-app"]
