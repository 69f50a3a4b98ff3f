"""What do modules add to each event, up to its bytes, and to the import of the SDK?"""

from __future__ import annotations

from bench import probing, sample
from bench.measuring import Report, Setting, at_most, find

SIZES = (30, 100, 300, 1_000, 5_000)
IMPORT = "import"

# What is promised, against a dict that ``before_send`` puts on; and against ``import sentry_sdk``,
# where all is imported that the first event would have to wait for.
SLOWEST = 1.5
MOST = 0.02


def measure(setting: Setting) -> Report:
    """Measure several events of each client, all in one process."""
    python = probing.with_python(setting.folder / "package")
    jobs = [python.job("imports", case=IMPORT, size=None)]
    for size in SIZES:
        folder = sample.lay_out(setting.folder / f"stripped{size}", size)
        jobs.append(python.job("event", sample.name(size), folder, case="", size=size))
    rows = setting.measure(jobs)
    ours, sdk = (find(rows, IMPORT, None, way) for way in ("sentry_modules", "sentry_sdk"))
    promises = [at_most("import of sentry_modules: of that of sentry_sdk", MOST, ours, sdk)]
    for size in SIZES:
        ours, floor = (find(rows, "", size, way) for way in ("manifest", "floor"))
        text = f"per event, {size:,}: of a dict that before_send puts on"
        promises.append(at_most(text, SLOWEST, ours, floor))
    return Report(rows=rows, promises=promises)
