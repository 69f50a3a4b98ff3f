"""Does what a page of the documentation says, as it stands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from demo.cache import python_of
from demo.commands import run
from demo.server import Server
from demo.wheels import build_distributions

_NUMBERS = count(1)

ASKED_PYINSTALLER = os.environ.get("TEST_PYINSTALLER", "")
"""A version, or other text for the newest one; empty where no minutes shall be spent on it."""

DOCS = Path(__file__).parents[2] / "docs"

PRINTING = """
import json
import sentry_sdk

def see(event, hint):
    print(json.dumps(event["modules"]))

sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", before_send=see, shutdown_timeout=0)
"""
"""Has a program print the modules of each event in the place of sending it."""


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a page that are in a language."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


class Workplace:
    """A folder with a fresh virtual environment, in which the commands of a page are run.

    What pip installs of this project are the wheels of the checkout, and of PyInstaller the version
    that TEST_PYINSTALLER names, if any.
    """

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.folder = folder
        (folder / "wheels").mkdir(parents=True)
        self.wheels = build_distributions(folder / "wheels")
        constraints = folder / "constraints.txt"
        names = ("hatch-sentry-modules", "sentry-modules")
        lines = [f"{name} @ {w.as_uri()}\n" for name, w in zip(names, self.wheels, strict=True)]
        if ASKED_PYINSTALLER[:1].isdigit():
            lines.append(f"pyinstaller=={ASKED_PYINSTALLER}\n")
        constraints.write_text("".join(lines), encoding="utf-8")
        run(python, "-m", "venv", folder / ".venv")
        self.python = python_of(folder / ".venv")
        self._more = {
            "PATH": os.pathsep.join([str(self.python.parent), os.environ["PATH"]]),
            "PIP_CONSTRAINT": str(constraints),
            "UV_FIND_LINKS": str(folder / "wheels"),
        }

    def write(self, page: str) -> None:
        """Write the files of a page; the first line of each is a comment with its name."""
        for text in (*blocks(page, "toml"), *blocks(page, "python")):
            path = self.folder / text.partition("\n")[0].removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def run(self, commands: str, **more: str) -> str:
        """Run shell commands, each of which must succeed; give all that they write."""
        script = f"exec 2>&1\n{commands}"
        return run("sh", "-euc", script, more={**self._more, **more}, folder=self.folder)


def stored(tracker: Server, name: str, send: Callable[[str], object]) -> Mapping[str, Any]:
    """Return the event that the server holds of a program, which is run with an address for it.

    It is run again if nothing came: the SDK waits two seconds for a server, which may be busy.
    """
    project = tracker.add_project(f"{name} ({next(_NUMBERS)})")
    for _ in range(5):
        send(project.dsn)
        if events := tracker.events(project):
            return events[0].data
    raise AssertionError(f"the server holds no event of {name}")
