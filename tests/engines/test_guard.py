"""The guard ends what a program leaves behind, however it ends itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engines.processes import GUARD

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it asks Linux for orphans")

_LEAVING = """
import os, signal, subprocess, sys, time
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(300)
    os._exit(0)
os.wait()
print("ready", flush=True)
"""
_STAYING = f"{_LEAVING}\ntime.sleep(300)"


def _marked(mark: str) -> Iterator[int]:
    """Find the processes whose environment holds a mark."""
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in file.read_bytes():
                yield int(file.parent.name)


def _start(mark: str, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, env={**os.environ, "GUARD_MARK": mark}, stdout=subprocess.PIPE, text=True
    )


def test_what_a_program_leaves_is_ended_with_it(tmp_path: Path) -> None:
    """A program ends by itself: a deaf child and a daemon of its own session do not outlive it."""
    mark = str(tmp_path)
    with _start(mark, sys.executable, str(GUARD), sys.executable, "-c", _LEAVING) as process:
        assert process.wait(30) == 0
    assert not list(_marked(mark))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all(number: signal.Signals, tmp_path: Path) -> None:
    """The program and all that it started are gone when the guard is asked to end."""
    mark = str(tmp_path)
    with _start(mark, sys.executable, str(GUARD), sys.executable, "-c", _STAYING) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert len(list(_marked(mark))) == 4
        process.send_signal(number)
        assert process.wait(30) == 128 + number
    assert not list(_marked(mark))


def test_all_ends_with_a_starter_that_was_killed(tmp_path: Path) -> None:
    """The one who started the guard is killed, and could do nothing about it."""
    mark = str(tmp_path)
    command = [sys.executable, str(GUARD), sys.executable, "-c", _STAYING]
    starter = f"import subprocess; subprocess.run({command!r}, check=False)"
    with _start(mark, sys.executable, "-c", starter) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert len(list(_marked(mark))) == 5
        process.kill()
        process.wait(30)
        end = time.monotonic() + 30
        while list(_marked(mark)) and time.monotonic() < end:
            time.sleep(0.1)
    assert not list(_marked(mark))
