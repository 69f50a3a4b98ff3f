"""A job is timed and counted, and its regions belong to their ways."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench import counting, table
from bench.measuring import INSTRUCTIONS, PROCESSOR, ROOT, Job, Promise, Row, Setting, find, share
from bench.running import run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="measures with wait4")
needs_valgrind = pytest.mark.skipif(not counting.VALGRIND, reason="valgrind is not installed")

# Nothing is made in the loops: small numbers cost less, up to 1024 since 3.15, and lists grow.
PROBE = """
import json, sys
from itertools import repeat
sys.path.insert(0, {root!r})
from bench.probe import measure, regions
measure({{"loop": -1, "more": -0.5}}, lambda: None)
measure({{"loop": 1}}, lambda: any(None for _ in repeat(None, {count})))
measure({{"more": 0.5}}, lambda: any(None for _ in repeat(None, {count} * 4)))
print(json.dumps(regions))
"""


def probe(folder: Path, count: int, *, is_counted: bool = True) -> Job:
    """Return a job that measures a loop, and half of one that is four times as long."""
    text = PROBE.format(root=str(ROOT), count=count)
    return Job(
        case="case",
        size=count,
        command=(sys.executable, "-c", text),
        folder=folder,
        is_probe=True,
        is_counted=is_counted,
    )


@needs_valgrind
def test_counts_are_repeatable_and_those_of_the_region(tmp_path: Path) -> None:
    """Neither the start of Python nor the noise of the machine is in them."""
    setting = Setting(folder=tmp_path, corpus=tmp_path, is_quick=True)
    rows = setting.measure(probe(tmp_path, count) for count in (10_000, 10_000, 20_000))
    first, again, twice = (row.values[INSTRUCTIONS] for row in rows if row.way == "loop")
    assert abs(first / again - 1) < 0.001
    assert 1.95 < twice / first < 2.05
    more, by = share(find(rows, "case", 10_000, "more"), find(rows, "case", 10_000, "loop"))
    assert by == INSTRUCTIONS
    assert 1.95 < more < 2.05


@needs_valgrind
def test_what_a_command_starts_is_counted(tmp_path: Path) -> None:
    """A build is mostly what it starts: the instructions of children are the command's."""
    python = (sys.executable, "-I", "-S", "-c")
    alone = "import subprocess"
    parent = f"{alone}; subprocess.run({[*python, alone]!r}, check=True)"
    one, two = (counting.count((*python, text), tmp_path, {}) for text in (alone, parent))
    assert 1.9 < two / one < 2.2


def test_without_counts_the_processor_time_judges(tmp_path: Path) -> None:
    """What is not counted says so in its promise."""
    setting = Setting(folder=tmp_path, corpus=tmp_path, is_quick=True)
    rows = setting.measure([probe(tmp_path, 10_000, is_counted=False)])
    assert share(rows[0].values, rows[0].values) == (1.0, PROCESSOR)


def test_without_valgrind_the_processor_time_judges(tmp_path: Path) -> None:
    """It is looked for on the path alone, and the promise says what it was judged by."""
    program = f"""
from pathlib import Path
from bench import counting
from bench.measuring import Job, Setting, at_most
assert not counting.VALGRIND
job = Job(case="", command=({sys.executable!r}, "-c", ""), folder=Path())
(row,) = Setting(folder=Path(), corpus=Path(), is_quick=True).measure([job])
print(at_most("", 1.0, row.values, row.values).by)
"""
    more = {"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}
    assert run((sys.executable, "-c", program), tmp_path, more).output.strip() == PROCESSOR


@pytest.mark.parametrize(("value", "is_met"), [(1.9, True), (2.0, True), (2.1, False)])
def test_a_promise_is_met_or_missed(value: float, is_met: bool) -> None:
    """A number is held against its limit, from above or from below, and the table says so."""
    most = Promise(text="ratio", value=value, limit=2.0, by=INSTRUCTIONS)
    least = Promise(text="factor", value=-value, limit=-2.0, by=INSTRUCTIONS, is_lower_limit=True)
    assert most.is_met is least.is_met is is_met
    assert f"| {'met' if is_met else '**missed**'}" in table.promises([most]).splitlines()[2]
    row = Row(case="case", size=1_000, way="ours", values={INSTRUCTIONS: value * 1e6})
    (line,) = table.numbers([row]).splitlines()[2:]
    assert [cell.strip() for cell in line.split("|")] == [
        "",
        "case",
        "1,000",
        "ours",
        f"{value:.4g}",
        "",
    ]


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    """What it wrote is in the error."""
    program = "import sys; print('out'); print('fault', file=sys.stderr); sys.exit(3)"
    with pytest.raises(RuntimeError, match=r"failed:\n(out\nfault|fault\nout)"):
        run((sys.executable, "-c", program), tmp_path)
