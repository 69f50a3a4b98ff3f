"""Runs entrances in processes of their own: forked from a warm one, or started anew."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import setuptools.build_meta  # noqa: F401 - it extends sys.path, which processes take over

from tests.faults import entrances

ROOT = Path(__file__).parents[2]

# What each of a thousand processes would import anew.
PRELOADED = ["tests.faults.processes", "flit_core.buildapi", "hatchling.build", "pdm.backend"]

CONTEXT: Any = multiprocessing.get_context("spawn")
if "forkserver" in multiprocessing.get_all_start_methods():
    CONTEXT = multiprocessing.get_context("forkserver")
    CONTEXT.set_forkserver_preload(PRELOADED)


class Ended(NamedTuple):
    """How a process ended: its status, and all that it said on standard error."""

    status: int
    said: str


class Job:
    """An entrance in a process that was forked for it."""

    def __init__(
        self, name: str, folder: Path, prepare: Callable[[], object] | None = None
    ) -> None:
        self._pipe, there = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_work, args=(name, folder, prepare, there))
        self._process.start()
        there.close()
        self._pipe.recv()  # all is imported: what follows is the job itself

    def has_ended(self) -> bool:
        """Return whether it has said how it ended."""
        return bool(self._pipe.poll())

    def kill(self) -> None:
        """End it as the system does where there is no memory, or a user with ``kill -9``."""
        self._process.kill()
        self._process.join()

    def wait(self) -> Ended:
        """Wait for its own end."""
        try:
            ended: Ended = self._pipe.recv()
        except EOFError:
            ended = Ended(-9, "")
        self._process.join()
        return ended


def _work(name: str, folder: Path, prepare: Callable[[], object] | None, pipe: Connection) -> None:
    tempfile.tempdir = None  # the server of forks can have found another one
    # Through a pipe, which no limit on files cuts off; it holds what one job says.
    read, write = os.pipe()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(write, 2)
    os.close(write)
    pipe.send(None)
    if prepare is not None:
        prepare()
    status = 0
    try:
        entrances.run(name, folder)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        status = 1
        traceback.print_exc()
    sys.stderr.flush()
    os.dup2(1, 2)
    with os.fdopen(read, encoding="utf-8", errors="replace") as said:
        pipe.send(Ended(status, said.read().strip()))


def duration(name: str, folder: Path) -> float:
    """Measure how long a job takes, as the median of three runs; the last result stays."""
    return statistics.median(_timed(name, folder) for _ in range(3))


def _timed(name: str, folder: Path) -> float:
    entrances.begin(folder, name)
    job = Job(name, folder)
    start = time.perf_counter()
    ended = job.wait()
    assert ended.status == 0, ended.said
    return time.perf_counter() - start


def start_anew(
    name: str,
    folder: Path,
    *,
    before: Sequence[str] = (),
    environment: Mapping[str, str | None] | None = None,
) -> Ended:
    """Run an entrance in a new interpreter.

    Args:
        name: The entrance.
        folder: Its workspace.
        before: The command that starts the interpreter, with its own arguments.
        environment: Variables that are set, or removed with ``None``.
    """
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    for key, value in (environment or {}).items():
        variables.pop(key, None)
        if value is not None:
            variables[key] = value
    done = subprocess.run(
        [*before, sys.executable, "-m", "tests.faults.entrances", name, os.fsencode(folder)],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    return Ended(done.returncode, done.stderr.decode("utf-8", "replace").strip())
