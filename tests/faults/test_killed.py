"""Killed with SIGKILL: whatever the moment, there is the old result or the new one, whole."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Tally
from tests.faults import entrances, processes
from tests.faults.entrances import ENTRANCES, IN_PLACE, OURS

KILLS = int(os.environ.get("FAULT_KILLS", "20"))
"""How many in all; ``make faults`` sets a thousand."""

SEED = 20261125


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRANCES)
def test_killed_at_any_moment(name: str, tmp_path: Path, tally: Tally) -> None:
    """Nothing half-written stands where a user would take it for whole, and the next run is right.

    What earlier kills have left in the tree, beside the result and in the temporary folder stays
    there for the later ones.
    """
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    usual = processes.duration(name, folder)
    after = entrances.results(folder)
    assert after != before
    chance = random.Random(f"{SEED} {name}")  # noqa: S311 - the same at every run
    place = list(ENTRANCES).index(name)
    count = KILLS // len(ENTRANCES) + (place < KILLS % len(ENTRANCES))
    counts: Counter[str] = Counter({"half-written": 0})
    for _ in range(count):
        _begin_again(folder, name)
        job = processes.Job(name, folder)
        time.sleep(chance.uniform(0, 1.1 * usual))
        job.kill()
        counts[_moment(folder, name, before, after)] += 1
    tally("kills", counts)
    assert not counts["half-written"]
    _begin_again(folder, name)
    ended = processes.Job(name, folder).wait()
    assert ended.status == 0, ended.said
    assert entrances.results(folder) == after


CHANGES = {"os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"}


def die_at(step: int) -> None:
    """Kill this process when it is about to change the file system once more than so many times."""
    changes = itertools.count()

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        is_change = event in CHANGES or (
            event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
        if is_change and next(changes) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("name", entrances.params(OURS))
def test_killed_at_every_step(name: str, tmp_path: Path, tally: Tally) -> None:
    """The same before each single change that a job makes to the file system."""
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    assert processes.Job(name, folder).wait().status == 0
    after = entrances.results(folder)
    counts: Counter[str] = Counter({"half-written": 0})
    for step in itertools.count():
        entrances.begin(folder, name)
        if processes.Job(name, folder, partial(die_at, step)).wait().status == 0:
            break
        counts[_moment(folder, name, before, after)] += 1
    tally("kills at a step", counts)
    assert not counts["half-written"]
    assert counts["during"]


def _begin_again(folder: Path, name: str) -> None:
    """Put the old result there again, beside what a kill has left."""
    kept = [path for path in (folder / "out").glob(".*") if path.is_dir()]
    for path in kept:
        path.rename(folder / path.name)
    entrances.begin(folder, name)
    for path in kept:
        (folder / path.name).rename(path)


def _moment(folder: Path, name: str, before: dict[str, object], after: dict[str, object]) -> str:
    """Return when a job was killed, by the files that are there; half of a result is named so."""
    try:
        found = entrances.results(folder)
    except Exception:  # noqa: BLE001 - each kind of archive has its own errors
        traceback.print_exc()
        return "half-written by pdm-backend itself" if name in IN_PLACE else "half-written"
    if found == after:
        return "after"
    if found == before:
        return "during" if entrances.left_over(folder) else "before"
    is_whole = name == "inject directory" and _is_usable(found, before, after)
    if is_whole and _is_mended(folder, name, after):
        return "during"
    print("differs:", [k for k in found.keys() | after.keys() if found.get(k) != after.get(k)])
    return "half-written"


def _is_usable(
    found: dict[str, object], before: dict[str, object], after: dict[str, object]
) -> bool:
    """Return whether each file of a directory is old or new, and the start-up line the last one."""
    return found["app/__main__.py"] == before["app/__main__.py"] and all(
        content in (before.get(place), after[place]) for place, content in found.items()
    )


def _is_mended(folder: Path, name: str, after: dict[str, object]) -> bool:
    """Do it again on what is there, to the end."""
    assert processes.Job(name, folder).wait().status == 0
    return entrances.results(folder) == after
