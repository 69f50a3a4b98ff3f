"""Small programs that send events, run with our integration and with the stock SDK alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.runtime.application import RUNTIME, manifest_text, write_files

FROZEN = {"acme-app": "4.2.0", "acme-core": "1.5", "flask": "3.1.3"}

START = """
import json, os, sys
sys.path[:0] = {path!r}
import sentry_sdk
from sentry_sdk.transport import Transport

class Printing(Transport):
    def capture_event(self, event, write=os.write, dumps=json.dumps):
        write(1, dumps(event.get("modules")).encode() + b"\\n")

    def capture_envelope(self, envelope):
        for item in envelope.items:
            self.capture_event(item.payload.json)

def init(**options):
    integrations = []
    if {is_ours}:
        from sentry_modules import FrozenModulesIntegration
        integrations = [FrozenModulesIntegration("acme")]
    sentry_sdk.init(dsn="https://key@sentry.example.org/1", transport=Printing,
                    auto_enabling_integrations=False, integrations=integrations, **options)

capture = sentry_sdk.capture_message
"""


class Outcome(NamedTuple):
    """The modules of each event that was sent, and how the program ended."""

    events: list[Any]
    status: int
    said: str


def run(body: str, folder: Path, *, is_ours: bool = True, manifest: str = "") -> Outcome:
    """Run a program beside an application that is stripped of metadata.

    Args:
        body: What it does; ``init()`` and ``capture(text)`` are there.
        folder: Where the application is laid out.
        is_ours: Whether the integration is given to the SDK.
        manifest: The generated module's text; by default it lists ``FROZEN``.
    """
    files = {"__init__.py": "", "_sentry_modules.py": manifest or manifest_text(FROZEN)}
    write_files(folder / "app" / "acme", files)
    start = START.format(path=[str(folder / "app"), str(RUNTIME)], is_ours=is_ours)
    write_files(folder, {"main.py": start + body})
    done = subprocess.run(
        # Since 3.12 a fork beside threads is warned of, which is what the tests are about.
        [sys.executable, "-W", "ignore::DeprecationWarning", str(folder / "main.py")],
        capture_output=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=600,
        check=False,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return Outcome(events, done.returncode, done.stderr.decode("utf-8", "replace"))


def run_both(body: str, folder: Path, manifest: str = "") -> list[Outcome]:
    """Run a program with our integration, and with the stock SDK alone."""
    return [
        run(body, folder / str(is_ours), is_ours=is_ours, manifest=manifest)
        for is_ours in (True, False)
    ]
