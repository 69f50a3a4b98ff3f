"""Does freezing stay linear, up to 100,000 distributions, from a lock file of each format?

Counting 100,000 would take hours: so 1,000 are counted, and the time and the memory of 100,000
are shown beside them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench import locks
from bench.measuring import ROOT, Job, Promise, Report, Row, Setting, find, share

SIZES = (250, 1_000, 20_000, 100_000)
SMALLEST, COUNTED = SIZES[:2]
SHAPES = {"uv.lock with conflicts": (8, 64), "poetry.lock 2.0 with forks": (10, 100)}
WARM = ROOT / "fixtures" / "locks" / "uv" / "real" / "uv.lock"

# What is promised, for each distribution among 1,000 against one among 250.
GROWTH = 1.3


def measure(setting: Setting) -> Report:
    """Freeze synthetic lock files, each in a fresh process."""
    rows = setting.measure(
        Job(
            case=kind,
            size=size,
            command=(
                sys.executable,
                "-m",
                "bench.freeze_probe",
                locks.write(setting.folder / f"{kind}-{size}", kind, size),
                WARM,
            ),
            folder=ROOT,
            is_probe=True,
            is_counted=size <= COUNTED,
            rounds=3 if size <= COUNTED else 1,
        )
        for kind, sizes in _sizes()
        for size in sizes
    )
    return Report(rows=rows, promises=list(_promises(rows)))


def _sizes() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the sizes of each kind of file."""
    yield from ((kind, SIZES) for kind in locks.FORMATS)
    yield from SHAPES.items()


def _promises(rows: list[Row]) -> Iterator[Promise]:
    for kind in (*locks.FORMATS, *SHAPES):
        smallest, counted = SHAPES.get(kind, (SMALLEST, COUNTED))
        few, many = (find(rows, kind, size, "freeze") for size in (smallest, counted))
        value, by = share(many, few)
        yield Promise(
            text=f"freezing {kind}: for each of {counted:,} against {smallest:,}",
            value=value * smallest / counted,
            limit=GROWTH,
            by=by,
        )
