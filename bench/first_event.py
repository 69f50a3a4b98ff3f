"""What does the first event wait for, with the stock integration and with the manifest?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import probing, sample
from bench.measuring import Call, Promise, Report, Row, Setting, median_of, pinned, take_turns
from bench.probing import Probe
from demo.bundles import PYINSTALLER

SIZES = (30, 100, 300, 1_000)
LARGEST = 5_000
PLACES = ("directory", "zip", "PyInstaller")
MEASURE = "processor us"
ROUNDS = {"bare": 9, "first": 9, "finding": 5, "scan": 5}
"""A scan takes up to two seconds, and a promise that is hundreds of times away needs few."""

# What is promised: against the import of a bare compiled dict, and against the stock scan.
SLOWEST = 1.5
FASTER = {30: 200, 100: 400, 300: 1_000}
GROWTH = 2.0


def measure(setting: Setting) -> Report:
    """Measure in a directory, in a zip file and in a PyInstaller bundle."""
    folder = setting.folder
    python = probing.with_python(folder / "package")
    calls = [
        *_beside_python(python, folder),
        *_in_bundles(folder / "bundled"),
        *_largest(python, folder / "largest"),
    ]
    rows = take_turns((setting.rounds(ROUNDS[what]), call) for what, call in calls)
    return Report(rows=rows, promises=list(_promises(rows)), versions=pinned([PYINSTALLER]))


def _beside_python(python: Probe, folder: Path) -> Iterator[tuple[str, Call]]:
    for size in SIZES:
        stripped = sample.lay_out(folder / f"stripped{size}", size)
        intact = sample.add_metadata(sample.lay_out(folder / f"intact{size}", size), size)
        zips = sample.archive(stripped), sample.archive(intact)
        for place, (bare, full) in (("directory", (stripped, intact)), ("zip", zips)):
            for what, path in (("bare", bare), ("first", bare), ("scan", full)):
                yield what, python.call(what, place, size, MEASURE, sample.name(size), path)


def _in_bundles(folder: Path) -> Iterator[tuple[str, Call]]:
    bundles = probing.in_bundles(folder, SIZES)
    for size in SIZES:
        for what in ("bare", "first", "finding", "scan"):
            bundle = bundles[f"intact{size}" if what == "scan" else "stripped"]
            yield what, bundle.call(what, PLACES[2], size, MEASURE, sample.name(size))


def _largest(python: Probe, folder: Path) -> Iterator[tuple[str, Call]]:
    sample.lay_out(folder, LARGEST)
    for what in ("bare", "first"):
        call = python.call(what, PLACES[0], LARGEST, MEASURE, sample.name(LARGEST), folder)
        yield what, call


def _promises(rows: list[Row]) -> Iterator[Promise]:
    def took(place: str, size: int, way: str) -> float:
        return median_of(rows, place, size, way, MEASURE)

    for place in PLACES:
        for size in SIZES:
            yield Promise(
                text=f"first event, {place}, {size}: of the import of a bare dict",
                value=took(place, size, "manifest") / took(place, size, "bare dict"),
                limit=SLOWEST,
            )
    for size, limit in FASTER.items():
        yield Promise(
            text=f"first event, directory, {size}: times below the stock scan",
            value=took("directory", size, "stock") / took("directory", size, "manifest"),
            limit=limit,
            is_lower_limit=True,
        )
    each = [took("directory", size, "manifest") / size for size in (SIZES[-1], LARGEST)]
    yield Promise(
        text=f"first event, for each distribution, {LARGEST:,} against {SIZES[-1]:,}",
        value=each[1] / each[0],
        limit=GROWTH,
    )
