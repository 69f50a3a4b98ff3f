"""Freezing a lock file, in a fresh process: ``freeze_probe.py LOCK WARM``.

It has frozen the small lock file ``WARM`` before, so that all is imported; but nothing of the
large one is in a cache, and no heap is left over. Prints regions as ``probe.py`` does.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from bench.probe import measure, regions
from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config


def freeze(lock: Path) -> str:
    """Freeze a project from its lock file, as a build does."""
    return render.to_python(pipeline.freeze(project.read(lock.parent), Config(source=lock.name)))


if __name__ == "__main__":
    lock, warm = map(Path, sys.argv[1:])
    freeze(warm)
    measure({"freeze": 1}, lambda: freeze(lock))
    regions[0][1]["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(regions))
