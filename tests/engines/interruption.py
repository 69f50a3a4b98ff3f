"""Finds what a program has started: by a mark in the environment, and by who started whom."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from tests.engines.guard import descendants


def marked(mark: str) -> Iterator[int]:
    """Find the processes whose environment holds a mark."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                yield int(folder.name)


def start(mark: str, *command: str) -> subprocess.Popen[str]:
    """Start a program with a mark, in a session of its own; what it writes can be read."""
    variables = {**os.environ, "GUARD_MARK": mark}
    return subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def interrupt_target(tests: str, program: str, folder: Path) -> list[str]:
    """Press Ctrl-C at ``make test-engines`` when a program runs, and return what is left.

    A program that writes its own title (Ray's workers, Redis) loses its environment in that: such
    ones are watched from before the interruption on.
    """
    mark, end = f"{folder}/", time.monotonic() + 300
    run = f"TESTS={tests} --basetemp {folder / 'run'}"
    with start(mark, "make", "test-engines", run) as process:
        while not (running := _commands(process.pid, program)) and process.poll() is None:
            assert time.monotonic() < end, f"{program} did not start"
            time.sleep(0.2)
        assert running, f"the target ended before {program} ran"
        watched = dict(_watches(_commands(process.pid)))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) != 0
    left = [command for watch, command in watched.items() if not _ends(watch)]
    for watch in watched:
        os.close(watch)
    return [*left, *map(str, marked(mark))]


def _ends(watch: int) -> bool:
    # The first thread of a killed JVM is gone, for all who look, some time before the others are.
    return bool(select.select([watch], [], [], 5)[0])


def _watches(commands: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Open each process that is still there; it stays the same one when its number is reused."""
    for pid, command in commands.items():
        with suppress(ProcessLookupError):
            yield os.pidfd_open(pid), command


def _commands(pid: int, text: str = "") -> dict[int, str]:
    """Return the processes below one whose command holds a text, with their commands."""
    found = {}
    for one in descendants(pid):
        with suppress(OSError):
            command = Path(f"/proc/{one}/cmdline").read_text(errors="replace").replace("\0", " ")
            if text in command:
                found[one] = command.strip()
    return found
