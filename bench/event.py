"""What do modules add to each event, from capturing it to its bytes?"""

from __future__ import annotations

from collections.abc import Iterator

from bench import probing, sample
from bench.measuring import Promise, Report, Row, Setting, median_of, take_turns

SIZES = (30, 100, 300, 1_000, 5_000)
MEASURE = "processor us"

# What is promised, as a share of stock, at a size.
SHARE, AT = 1 / 8, 300


def measure(setting: Setting) -> Report:
    """Measure many events in each process, in which the clients take turns."""
    python = probing.with_python(setting.folder / "package")
    calls = []
    for size in SIZES:
        folder = sample.lay_out(setting.folder / f"stripped{size}", size)
        calls.append(python.call("event", "", size, MEASURE, sample.name(size), folder))
    rows = take_turns((setting.rounds(3), call) for call in calls)
    return Report(rows=rows, promises=list(_promises(rows)))


def _promises(rows: list[Row]) -> Iterator[Promise]:
    ours, stock = (median_of(rows, "", AT, way, MEASURE) for way in ("manifest", "stock"))
    text = f"per event, {AT}: of what modules add with stock"
    yield Promise(text=text, value=ours / stock, limit=SHARE)
