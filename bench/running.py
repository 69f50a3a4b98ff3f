"""Runs a command, and says what it used."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple


class Region(NamedTuple):
    """Numbers of a part of a process, and how often each way has that part in it."""

    ways: Mapping[str, float]
    values: Mapping[str, float]


class Usage(NamedTuple):
    """The milliseconds that a command and its children used, and what it wrote."""

    processor: float
    wall: float
    output: str


def parse_regions(text: str) -> list[Region]:
    """Parse the last line that a probe printed."""
    return [Region(*region) for region in json.loads(text.splitlines()[-1])]


def run(
    command: Iterable[str | Path], folder: Path, more: Mapping[str, str] | None = None
) -> Usage:
    """Run a command in a folder to its end, with ``more`` in its environment."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        arguments = list(map(str, command))
        process = subprocess.Popen(
            arguments, cwd=folder, env=environment(more), stdout=output, stderr=output
        )
        _, status, used = os.wait4(process.pid, 0)  # with all that the command has waited for
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{text}")
    return Usage(processor=(used.ru_utime + used.ru_stime) * 1e3, wall=wall * 1e3, output=text)


def environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """Return the variables of this process with some more."""
    variables = {**os.environ, **(more or {})}
    # Installed packages are compiled, whatever the shell that runs this has set.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return variables
