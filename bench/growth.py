"""Does freezing stay linear, up to 100,000 distributions, from a lock file of each format?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench import locks
from bench.measuring import (
    ROOT,
    Call,
    Key,
    Promise,
    Report,
    Row,
    Setting,
    median_of,
    run,
    take_turns,
)

ROUNDS = {1_000: 7, 10_000: 3, 100_000: 1}
"""How often each size is measured: a large one varies little, and takes long."""

SMALLEST, LARGEST = 1_000, 100_000
MEASURE = "processor us for each distribution"
WARM = ROOT / "fixtures" / "locks" / "uv" / "real" / "uv.lock"

# What is promised, for each distribution among 100,000 against one among 1,000.
GROWTH = 2.0


def measure(setting: Setting) -> Report:
    """Freeze synthetic lock files, each in a fresh process."""
    calls: list[tuple[int, Call]] = []
    for kind in locks.FORMATS:
        for size, rounds in ROUNDS.items():
            lock = locks.write(setting.folder / f"{kind}-{size}", kind, size)
            calls.append((setting.rounds(rounds), _freezing(lock, kind, size, "universal")))
            if kind == "uv.lock":
                once = _freezing(lock, kind, size, "one environment")
                calls.append((setting.rounds(rounds), once))
    rows = take_turns(calls)
    return Report(rows=rows, promises=list(_promises(rows)))


def _freezing(lock: Path, kind: str, size: int, way: str) -> Call:
    def measured() -> dict[Key, float]:
        command = (sys.executable, "-m", "bench.freeze_probe", way, lock, WARM)
        seconds = float(run(command, ROOT).output)
        return {Key(kind, size, way, MEASURE): seconds / size * 1e6}

    return measured


def _promises(rows: list[Row]) -> Iterator[Promise]:
    for case, size, way, _ in [row.key for row in rows]:
        if size == LARGEST:
            first, last = (median_of(rows, case, n, way, MEASURE) for n in (SMALLEST, LARGEST))
            yield Promise(
                text=f"freezing {case}, {way}: for each of {LARGEST:,} against {SMALLEST:,}",
                value=last / first,
                limit=GROWTH,
            )
