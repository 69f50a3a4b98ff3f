"""Fuzzes targets at once, each in a process of its own, and prints what was found in each.

Ends with status 1 if anything was found. What was tried, and every finding with its traceback, is
in ``.cache/fuzz/<target>``; ``status.json`` there can be read while it goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fuzz import targets
from fuzz.findings import Findings

FOLDER = Path(__file__).parents[1] / ".cache" / "fuzz"
MEMORY = Path("/dev/shm")  # noqa: S108  # the folders in it are made by tempfile
"""Where inputs are written: on a disk, making and removing a folder takes longer than all else."""

LEAST = 5
"""Of how many seconds a process is worth being started anew after the interpreter crashed."""


class Process:
    """The process of one target; one that crashes is started again for the time that is left."""

    def __init__(self, name: str, seconds: float, folder: Path) -> None:
        self.name = name
        self._folder = folder / name
        self._end = time.monotonic() + seconds
        shutil.rmtree(self._folder / "findings", ignore_errors=True)
        (self._folder / "status.json").unlink(missing_ok=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        left = str(self._end - time.monotonic())
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "fuzz.worker", self.name, left, str(self._folder)],
                cwd=Path(__file__).parents[1],
                env={**os.environ, **({"TMPDIR": str(MEMORY)} if MEMORY.is_dir() else {})},
                stdout=log,
                stderr=log,
            )

    def is_running(self) -> bool:
        """Return whether it goes on."""
        status = self._process.poll()
        if status and self._end - time.monotonic() > LEAST:
            self._process = self._started()
            return True
        return status is None

    def stop(self) -> None:
        """End it now."""
        self._process.terminate()
        self._process.wait()

    def status(self) -> dict[str, Any]:
        """Return the counts that it wrote last."""
        try:
            found: dict[str, Any] = json.loads((self._folder / "status.json").read_bytes())
        except FileNotFoundError:
            found = {"executions": 0, "seconds": 0, "processor": 0}
        return {**found, "findings": Findings(self._folder / "findings").names()}


def run(names: list[str], seconds: float, processes: int, folder: Path) -> list[Process]:
    """Fuzz some targets, so many at once, until all had their time or somebody interrupts."""
    waiting = list(names)
    started: list[Process] = []
    running: list[Process] = []
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                running.append(Process(waiting.pop(0), seconds, folder))
                started.append(running[-1])
            time.sleep(0.2)
            running = [process for process in running if process.is_running()]
    except KeyboardInterrupt:
        for process in running:
            process.stop()
    return started


def show(processes: list[Process], folder: Path) -> bool:
    """Print a line for each target, and where each finding is; say whether there are any.

    That nothing was tried at all is one.
    """
    print(f"{'target':15}{'executions':>12}{'seconds':>10}{'processor':>11}{'findings':>10}")
    found = []
    for process in processes:
        status = process.status()
        counts = f"{status['executions']:>12}{status['seconds']:>10.0f}{status['processor']:>11.0f}"
        print(f"{process.name:15}{counts}{len(status['findings']):>10}")
        found += [folder / process.name / "findings" / name for name in status["findings"]]
        if not status["executions"]:
            found.append(folder / process.name / "log")
    for path in found:
        print(path)
    return bool(found)


def main() -> int:
    """Read the command line, and fuzz."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(targets.NAMES))
    parser.add_argument("--seconds", type=float, default=60, help="for each target (%(default)s)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where everything is kept")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - set(targets.NAMES)
    if unknown:
        parser.error(f"unknown targets: {', '.join(sorted(unknown))}")
    # A run that is ended says what it found all the same.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    names = arguments.targets or list(targets.NAMES)
    folder = arguments.folder.resolve()
    return show(run(names, arguments.seconds, arguments.processes, folder), folder)


if __name__ == "__main__":
    sys.exit(main())
