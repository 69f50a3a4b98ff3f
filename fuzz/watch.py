"""Sees which files this process opens, writes and runs, through the interpreter's audit events."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

WRITES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod")
LISTS = ("os.listdir", "os.scandir")
RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect")
_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_OWN = tuple({sys.prefix, sys.base_prefix, str(Path(__file__).parents[1])})
"""Where the interpreter and the product lie, whose modules are imported when they are needed."""

_allowed: list[str] = []
_seen: list[str] = []


@contextmanager
def only_inside(seen: list[str], folder: Path) -> Iterator[None]:
    """Add what the block touches outside a folder to a list."""
    _install()
    _allowed.append(os.path.realpath(folder))
    try:
        yield
    finally:
        _allowed.clear()
        seen += _seen
        _seen.clear()


@cache
def _install() -> None:
    sys.addaudithook(_see)


def _see(event: str, arguments: tuple[object, ...]) -> None:
    if not _allowed:
        return
    if event == "open":
        path, _, flags = arguments
        is_write = isinstance(flags, int) and bool(flags & _FLAGS)
        _judge(event, path, is_write=is_write)
    elif event in WRITES or event in LISTS:
        paths = {"os.rename": slice(2), "os.link": slice(1, 2), "os.symlink": slice(1, 2)}
        for path in arguments[paths.get(event, slice(1))]:
            _judge(event, path, is_write=event in WRITES)
    elif event in RUNS:
        _seen.append(f"{event} {arguments!a}")


def _judge(event: str, path: object, *, is_write: bool) -> None:
    """Note a path outside. A number was opened before; a relative path is below such a one."""
    if not isinstance(path, str | os.PathLike) or not Path(path).is_absolute():
        return
    real = os.path.realpath(path)
    inside = [*_allowed] if is_write else [*_allowed, *_OWN]
    if not any(real == folder or real.startswith(f"{folder}{os.sep}") for folder in inside):
        _seen.append(f"{event} {real!a}")
