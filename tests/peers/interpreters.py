"""The interpreters on this machine, and the tests of ``importlib.metadata`` that each brings."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

VERSIONS = [f"3.{minor}" for minor in range(8, 16)]

_PROBE = """
import os, sys
print(os.path.realpath(sys.executable), "%d.%d" % sys.version_info[:2])
import test.test_importlib
"""


@functools.cache
def find(version: str) -> Path | None:
    """Return an interpreter of a version that has the standard library's own tests, if any."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    on_path = shutil.which(f"python{version}")
    for candidate in (*map(str, kept), *([on_path] if on_path else [])):
        done = subprocess.run(
            [candidate, "-c", _PROBE], capture_output=True, text=True, check=False
        )
        path, _, told = done.stdout.strip().rpartition(" ")
        if done.returncode == 0 and told == version:
            return Path(path)
    return None


def metadata_tests(version: str) -> list[str]:
    """Return the modules of the standard library that test ``importlib.metadata``."""
    if int(version.partition(".")[2]) < 13:
        return [f"test.test_importlib.test_{name}" for name in ("metadata_api", "main", "zip")]
    return [f"test.test_importlib.metadata.test_{name}" for name in ("api", "main", "zip")]
