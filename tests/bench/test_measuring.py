"""Measurements take turns, and what a command used is its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.measuring import Call, Key, Promise, Report, Row, run, take_turns
from bench.table import table

pytestmark = pytest.mark.skipif(os.name == "nt", reason="measures with wait4")


def test_measurements_take_turns() -> None:
    """Each is taken as often as asked, none twice in a row, and rounds begin with each of them."""
    taken: list[str] = []

    def call(way: str) -> Call:
        def measured() -> Mapping[Key, float]:
            taken.append(way)
            return {Key("case", 1, way, "ms"): len(taken)}

        return measured

    rows = take_turns([(3, call("a")), (3, call("b")), (1, call("c"))])
    assert taken == ["a", "b", "c", "b", "a", "a", "b"]
    assert {row.key.way: row.samples for row in rows} == {"a": 3, "b": 3, "c": 1}
    assert next(row for row in rows if row.key.way == "a")[1:4] == (5, 3, 5.5)


@pytest.mark.parametrize(("value", "is_met"), [(1.9, True), (2.0, True), (2.1, False)])
def test_a_promise_is_met_or_missed(value: float, is_met: bool) -> None:
    """A number is held against its limit, from above or from below, and the table says so."""
    most = Promise(text="ratio", value=value, limit=2.0)
    least = Promise(text="factor", value=-value, limit=-2.0, is_lower_limit=True)
    assert most.is_met is least.is_met is is_met
    key = Key("case", 1_000, "ours", "ms")
    text = table(Report(rows=[Row(key, value, 1.0, 3.0, 9)], promises=[most]))
    assert f"case  1,000  ms  ours {value:.3g} [1..3] n=9" in text
    assert text.endswith(f"{'met    ' if is_met else 'MISSED '}ratio: {value:.3g} (at most 2)")


def test_memory_is_that_of_the_command(tmp_path: Path) -> None:
    """Neither the process that asks nor the one that starts the command is counted."""
    held = bytearray(200_000_000)
    program = "import time; data = b'x' * {}; print(len(data))"
    small, large = (
        run((sys.executable, "-c", program.format(size)), tmp_path) for size in (1, 100_000_000)
    )
    assert len(held) > small.memory * 1e6
    assert small.memory + 90 < large.memory < len(held) / 1e6
    assert (small.output, large.output) == ("1\n", "100000000\n")


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    """What it wrote is in the error."""
    program = "import sys; print('out'); print('fault', file=sys.stderr); sys.exit(3)"
    with pytest.raises(RuntimeError, match=r"failed:\nout\n\nfault"):
        run((sys.executable, "-c", program), tmp_path)
