"""Running other programs, quietly until one fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

# What would change how a child imports, whom it reports to, or how it reaches this machine.
_OURS = ("PYTHON", "SENTRY_", "VIRTUAL_ENV", "DJANGO_", "__PYVENV_LAUNCHER__")


class CommandError(Exception):
    """A program ended with another status than 0; the text holds the last lines it wrote."""


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without what steers Python or Sentry, and with ``more``.

    Local addresses are never asked of a proxy.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    local = "127.0.0.1,localhost"
    return {**kept, "NO_PROXY": local, "no_proxy": local, **(more or {})}


def run(
    *command: str | Path, more: Mapping[str, str] | None = None, folder: Path | None = None
) -> str:
    """Run a program to its end, in ``folder``, and return what it wrote to standard output.

    ``more`` is added to its environment. Raises CommandError when the program fails.
    """
    arguments = [str(part) for part in command]
    done = subprocess.run(
        arguments,
        cwd=folder,
        env=environment(more),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        last_lines = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise CommandError(f"{last_lines}\n{' '.join(arguments)} ended with {done.returncode}")
    return done.stdout
