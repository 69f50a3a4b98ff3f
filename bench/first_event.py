"""What does the first event wait for, with the stock integration and with the manifest?"""

from __future__ import annotations

from collections.abc import Iterator

from bench import probing, sample
from bench.measuring import (
    INSTRUCTIONS,
    PROCESSOR,
    Job,
    Promise,
    Report,
    Row,
    Setting,
    at_most,
    find,
    pinned,
    share,
)
from bench.probing import Probe
from demo.bundles import PYINSTALLER

SIZES = (30, 100, 300, 1_000, 5_000)
SCANNED = (30, 300)
PLACES = ("folder", "zip", "PyInstaller")
CROWDED, AT, DIFFERING = "crowded host", 300, 12
SEARCH, PACKAGES = "search", 300

# What is promised, against the import of a bare dict.
SLOWEST = dict.fromkeys(SIZES, 1.3) | {5_000: 1.5}
SLOWEST_CROWDED = 5.0
GROWTH = 2.0
MOST_MEMORY = 2.0
# How many times below the stock scan.
FASTER = {"folder": 1_000, CROWDED: 100}
LONGEST_SEARCH = {INSTRUCTIONS: 6e6, PROCESSOR: 2.0}
"""Two milliseconds, at three instructions in a nanosecond."""


def measure(setting: Setting) -> Report:
    """Measure in a folder, a zip file and a PyInstaller bundle, and among other packages."""
    python = probing.with_python(setting.folder / "package")
    bundle = probing.in_bundle(setting.folder / "bundled", SIZES)
    jobs = [*_beside_python(python, setting), *_among_others(python, setting)]
    for size in SIZES:
        jobs += _pair(bundle, PLACES[2], size)
    rows = setting.measure(jobs)
    return Report(rows=rows, promises=list(_promises(rows)), versions=dict(pinned([PYINSTALLER])))


def _pair(probe: Probe, case: str, size: int, path: object = "") -> Iterator[Job]:
    package = sample.name(size)
    yield probe.job("bare", package, path, case=case, size=size)
    yield probe.job("first", "manifest", package, path, case=case, size=size)


def _beside_python(python: Probe, setting: Setting) -> Iterator[Job]:
    for size in SIZES:
        folder = sample.lay_out(setting.folder / f"stripped{size}", size)
        yield from _pair(python, PLACES[0], size, folder)
        yield from _pair(python, PLACES[1], size, sample.archive(folder))
        package = sample.name(size)
        yield python.job("memory", package, folder, case="memory", size=size, is_counted=False)
        if size in SCANNED:
            whole = sample.add_metadata(sample.lay_out(setting.folder / f"whole{size}", size), size)
            yield python.job("first", "stock", package, whole, case=PLACES[0], size=size)


def _among_others(python: Probe, setting: Setting) -> Iterator[Job]:
    host = sample.add_metadata(setting.folder / "host", AT, differing=DIFFERING)
    path = f"{setting.folder / f'stripped{AT}'}:{host}"
    yield from _pair(python, CROWDED, AT, path)
    yield python.job("first", "stock", sample.name(AT), path, case=CROWDED, size=AT)
    scattered = sample.scatter(setting.folder / "scattered", PACKAGES)
    yield python.job("search", scattered, case=SEARCH, size=PACKAGES)


def _promises(rows: list[Row]) -> Iterator[Promise]:
    for place in PLACES:
        for size in SIZES:
            ours, bare = (find(rows, place, size, way) for way in ("manifest", "bare dict"))
            text = f"first event, {place}, {size:,}: of the import of a bare dict"
            yield at_most(text, SLOWEST[size], ours, bare)
    ours, bare = (find(rows, CROWDED, AT, way) for way in ("manifest", "bare dict"))
    yield at_most(
        f"first event, {CROWDED}: of the import of a bare dict", SLOWEST_CROWDED, ours, bare
    )
    for place, limit in FASTER.items():
        value, by = share(find(rows, place, AT, "stock"), find(rows, place, AT, "manifest"))
        text = f"first event, {place}, {AT}: times below the stock scan"
        yield Promise(text=text, value=value, limit=limit, by=by, is_lower_limit=True)
    few, many = (find(rows, PLACES[0], size, "manifest") for size in SIZES[-2:])
    value, by = share(many, few)
    text = f"first event, for each distribution: {SIZES[-1]:,} against {SIZES[-2]:,}"
    yield Promise(text=text, value=value * SIZES[-2] / SIZES[-1], limit=GROWTH, by=by)
    for size in SIZES:
        ours, bare = (find(rows, "memory", size, way) for way in ("manifest", "bare dict"))
        yield at_most(f"memory, {size:,}: of the bare dict", MOST_MEMORY, ours, bare)
    found, limits = find(rows, SEARCH, PACKAGES, "manifest"), LONGEST_SEARCH
    yield at_most(
        f"finding a manifest in the last of {PACKAGES} packages: of 2 ms", 1.0, found, limits
    )
