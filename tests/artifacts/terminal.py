"""Runs the command line on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Shown(NamedTuple):
    """What a command wrote to its terminal, and its exit status."""

    text: str
    status: int


def run_on_terminal(*arguments: str | Path, more: Mapping[str, str] | None = None) -> Shown:
    """Run the command line with a terminal of 100 columns as its output and its errors."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    quiet = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLUMNS", "FORCE_COLOR"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "hatch_sentry_modules", *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**quiet, "TERM": "xterm-256color", **(more or {})},
    )
    os.close(theirs)
    text = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return Shown(text.decode(errors="replace").replace("\r\n", "\n"), process.wait())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when nobody has the other end any more
        return b""
