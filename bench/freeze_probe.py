"""Freezing or parsing a lock file, in a fresh process: ``freeze_probe.py WHAT LOCK WARM``.

It has frozen the small lock file ``WARM`` before, so that all is imported; but nothing of the
large one is in a cache, and no heap is left over. Prints the seconds of processor time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import tomli

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config

LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.8",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.8.0",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.12.8",
    "python_version": "3.12",
    "sys_platform": "linux",
}


def freeze(lock: Path, environment: dict[str, str] | None = None) -> str:
    """Freeze a project from its lock file, as a build does."""
    config = Config(source=lock.name)
    manifest = pipeline.freeze(project.read(lock.parent), config, environment=environment)
    return render.to_python(manifest)


WAYS: dict[str, Callable[[Path], object]] = {
    "universal": freeze,
    "one environment": lambda lock: freeze(lock, LINUX),
    "bare parse": lambda lock: tomli.loads(lock.read_text(encoding="utf-8")),
}


def main(what: str, lock: Path, warm: Path) -> float:
    """Do it once with the small file, and measure it with the large one."""
    freeze(warm)
    WAYS[what](warm)
    start = time.process_time()
    WAYS[what](lock)
    return time.process_time() - start


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
