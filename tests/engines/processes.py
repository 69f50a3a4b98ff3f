"""Starts the processes of an engine, each under a guard that leaves nothing of it behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from demo.commands import environment, run

GUARD = Path(__file__).with_name("guard.py")

_Found = TypeVar("_Found")


@contextmanager
def started(
    *command: str | Path,
    log: Path,
    more: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, in the folder of its log if in no other, for as long as the block takes."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, GUARD, *command],
            cwd=folder or log.parent,
            env=environment(more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def finished(*command: str | Path, folder: Path, more: Mapping[str, str] | None = None) -> str:
    """Run a program to its end, and return what it wrote to standard output."""
    return run(sys.executable, GUARD, *command, folder=folder, more=more)


def free_port() -> int:
    """Return a port of loopback that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_for(look: Callable[[], _Found], log: Path, seconds: float = 90) -> _Found:
    """Look until something is there; fail with the end of the log when nothing came."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.2)
    text = log.read_text(encoding="utf-8", errors="replace")
    raise AssertionError(f"nothing came in {seconds} s; the log ends with:\n{text[-4000:]}")


def is_listening(port: int) -> bool:
    """Whether somebody takes connections on a port of loopback."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
