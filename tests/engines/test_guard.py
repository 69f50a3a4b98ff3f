"""The guard ends what a program leaves behind, however it ends itself."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.engines.interruption import interrupt_target, marked, start
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


def test_what_a_program_leaves_is_ended_with_it(tmp_path: Path) -> None:
    """A program ends by itself: a deaf child and a daemon of its own session do not outlive it."""
    mark = f"{tmp_path}/"
    with start(mark, sys.executable, str(GUARD), sys.executable, "-c", _LEAVING) as process:
        assert process.wait(30) == 0
    assert not list(marked(mark))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all(number: signal.Signals, tmp_path: Path) -> None:
    """The program and all that it started are gone when the guard is asked to end."""
    mark = f"{tmp_path}/"
    with start(mark, sys.executable, str(GUARD), sys.executable, "-c", _STAYING) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert len(list(marked(mark))) == 4
        process.send_signal(number)
        assert process.wait(30) == 128 + number
    assert not list(marked(mark))


def test_all_ends_with_a_starter_that_was_killed(tmp_path: Path) -> None:
    """The one who started the guard is killed, and could do nothing about it."""
    mark = f"{tmp_path}/"
    command = [sys.executable, str(GUARD), sys.executable, "-c", _STAYING]
    starter = f"import subprocess; subprocess.run({command!r}, check=False)"
    with start(mark, sys.executable, "-c", starter) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert len(list(marked(mark))) == 5
        process.kill()
        process.wait(30)
        end = time.monotonic() + 30
        while list(marked(mark)) and time.monotonic() < end:
            time.sleep(0.1)
    assert not list(marked(mark))


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("TEST_ENGINES"), reason="large: make test-engines")
@pytest.mark.skipif(not shutil.which("redis-server"), reason="Debian: apt-get install redis-server")
def test_an_interrupted_target_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C at ``make test-engines`` ends the worker, the server and the broker of the moment."""
    assert not interrupt_target("tests/engines/test_celery.py -k redis", "redis-server", tmp_path)
