"""Freezing a lock file, in a fresh process: ``freeze_probe.py LOCK WARM``.

It has frozen the small lock file ``WARM`` before, so that all is imported; but nothing of the
large one is in a cache, and no heap is left over. Prints regions as ``probe.py`` does.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from bench.probe import measure, regions
from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config


def freeze(lock: Path) -> str:
    """Freeze a project from its lock file, as a build does."""
    return render.to_python(pipeline.freeze(project.read(lock.parent), Config(source=lock.name)))


def peak() -> float:
    """Return the most memory that this process has had, in MB (Linux)."""
    # Not ``ru_maxrss``: of a process that another has forked it begins with that one's memory.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    lock, warm = map(Path, sys.argv[1:])
    freeze(warm)
    measure({"freeze": 1}, lambda: freeze(lock))
    regions[0][1]["peak MB"] = peak()
    print(json.dumps(regions))
