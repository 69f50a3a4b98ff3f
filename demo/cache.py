"""Folders that are made once and kept for later runs, below the user's cache directory."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from demo.commands import run


def keep(name: str, versions: tuple[str, ...], fill: Callable[[Path], None]) -> Path:
    """Return the kept folder of this name and these versions, filling it if there is none."""
    return make_once(_root() / f"{name}-{_digest(versions)}", fill)


def make_once(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Fill a folder if it is not there, and return it.

    ``fill`` gets an empty folder beside the final one, which is renamed when it is whole: an
    interrupted set-up is never taken for a finished one, and two at once do not disturb each
    other.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        prefix = f"{folder.name}-unfinished-"
        unfinished = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
        try:
            fill(unfinished)
            _settle(unfinished, folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def kept_python(name: str, *requirements: str) -> Path:
    """Return the interpreter of a kept virtual environment that holds the requirements.

    Start what is installed there with ``-m``: its scripts name the unfinished folder.
    """

    def fill(folder: Path) -> None:
        run(sys.executable, "-m", "venv", folder)
        run(python_of(folder), "-m", "pip", "install", "--quiet", *requirements)

    return python_of(keep(name, (sys.version, sys.base_prefix, *requirements), fill))


def python_of(folder: Path) -> Path:
    """Return the interpreter of the virtual environment in a folder."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _root() -> Path:
    """Return the folder that holds everything kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "hatch-sentry-modules"


def _digest(versions: tuple[str, ...]) -> str:
    """Return a short name for a set of versions."""
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:12]


def _settle(unfinished: Path, folder: Path) -> None:
    """Move a finished folder to its name, unless another run was faster."""
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
