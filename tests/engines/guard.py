"""Runs a program and ends all that it started, however the program or its starter ends.

``python guard.py [--report] COMMAND...``: whatever the program leaves behind, in sessions of its
own too, falls to this process, which is told by the system when its starter dies. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

_DIE_WITH_PARENT, _ADOPT_ORPHANS = 1, 36  # of prctl(2)
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GRACE = 20.0  # seconds
_PROC = Path("/proc")


class _Stopped(BaseException):
    """A signal asks this process to end."""


def main(arguments: list[str]) -> int:
    """Run the command to its end, or to a signal, and leave no descendant."""
    is_reporting = arguments[0] == "--report"
    begin, peak = time.monotonic(), [0]
    libc = ctypes.CDLL(None)
    libc.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
    libc.prctl(_ADOPT_ORPHANS, 1)
    for number in _STOPPING:
        signal.signal(number, _stop)
    if is_reporting:
        Thread(target=_watch, args=[peak], daemon=True).start()
    status = _run(arguments[is_reporting:])
    left = _end(os.getpid())
    if is_reporting:
        took = f"{time.monotonic() - begin:.0f} s, {peak[0] / 2**20:.0f} MB at most"
        print(f"{took}, {left} processes had to be ended", file=sys.stderr)
    return status


def _stop(number: int, _frame: object) -> None:
    for other in _STOPPING:
        signal.signal(other, signal.SIG_IGN)
    raise _Stopped(number)


def _run(command: list[str]) -> int:
    """Run the command in a session of its own; pass a signal on, and wait for the end a while."""
    child = subprocess.Popen(command, start_new_session=True)
    try:
        return child.wait()
    except _Stopped as stopped:
        number: int = stopped.args[0]
        child.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
        return 128 + number


def _end(pid: int) -> int:
    """Kill all descendants, and return how many were still there."""
    ended: set[int] = set()
    while alive := list(descendants(pid)):
        ended.update(alive)
        for one in alive:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        time.sleep(0.02)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    return len(ended)


def descendants(pid: int) -> Iterator[int]:
    """Find the processes below one that run; one that only waits to be reaped does not count."""
    children: dict[int, list[int]] = {}
    zombies = set()
    for stat in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            children.setdefault(int(parent), []).append(int(stat.parent.name))
            if state == "Z":
                zombies.add(int(stat.parent.name))
    pending = children.get(pid, [])
    while pending:
        one = pending.pop()
        pending += children.get(one, [])
        if one not in zombies:
            yield one


def _watch(peak: list[int]) -> None:
    """Keep the most memory that the descendants hold together, each shared page counted once."""
    while True:
        sizes = [_memory(pid) for pid in descendants(os.getpid())]
        peak[0] = max(peak[0], sum(sizes))
        time.sleep(0.5)


def _memory(pid: int) -> int:
    with suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
