"""What does the run-time side do to a process: time to import it, and memory?"""

from __future__ import annotations

from collections.abc import Iterator

from bench import probing, sample
from bench.measuring import Promise, Report, Row, Setting, median_of, take_turns

SIZES = (30, 100, 300, 1_000)
IMPORTING = "import, processor us"
MEMORY = "memory, bytes"

# What is promised: microseconds over ``import sentry_sdk``, and against a bare dict.
LONGEST_IMPORT = 1_000
MOST_MEMORY = 2.0


def measure(setting: Setting) -> Report:
    """Measure the import beside that of the SDK, and memory after the first event."""
    python = probing.with_python(setting.folder / "package")
    calls = [(setting.rounds(15), python.call("imports", "import", None, IMPORTING))]
    for size in SIZES:
        folder = sample.lay_out(setting.folder / f"stripped{size}", size)
        call = python.call("memory", "memory", size, MEMORY, sample.name(size), folder)
        calls.append((setting.rounds(3), call))
    rows = take_turns(calls)
    return Report(rows=rows, promises=list(_promises(rows)))


def _promises(rows: list[Row]) -> Iterator[Promise]:
    yield Promise(
        text="import of sentry_modules over that of sentry_sdk, us",
        value=median_of(rows, "import", None, "sentry_modules", IMPORTING),
        limit=LONGEST_IMPORT,
    )
    for size in SIZES:
        ours, bare = (
            median_of(rows, "memory", size, way, MEMORY) for way in ("manifest", "bare dict")
        )
        yield Promise(
            text=f"memory, {size}: of the bare dict", value=ours / bare, limit=MOST_MEMORY
        )
