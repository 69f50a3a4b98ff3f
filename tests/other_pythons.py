"""Other Pythons of this machine, each in a kept environment."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from demo.cache import keep, python_of
from demo.commands import run as start


def interpreter(version: str) -> Path:
    """Find a Python of this machine, on the path or where pyenv keeps them."""
    kept = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    for path in (shutil.which(f"python{version}"), *sorted(kept)):
        if path and not subprocess.run([path, "-c", ""], check=False).returncode:
            return Path(path)
    pytest.skip(f"there is no Python {version}")


def environment(version: str, name: str, *requirements: str) -> Path:
    """Return the interpreter of a kept environment of another Python."""
    base = interpreter(version)

    def fill(folder: Path) -> None:
        start(base, "-m", "venv", folder)
        start(python_of(folder), "-m", "pip", "install", "-q", *requirements)

    return python_of(keep(f"{name}-{version}", (str(base), *requirements), fill))
