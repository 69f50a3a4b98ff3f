"""Two processes that write the same result at once: it is that of one of them, at every moment."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Tally
from tests.faults import entrances, processes
from tests.faults.entrances import ENTRANCES

ROUNDS = 5
# setuptools and pdm-backend build in the tree, where two of them disturb each other.
ARCHIVES = [
    name
    for name in ENTRANCES
    if not name.startswith(("inject directory", "inject copy", "setuptools", "pdm"))
]


@pytest.mark.parametrize("name", entrances.params(ARCHIVES))
def test_two_at_once(name: str, tmp_path: Path, tally: Tally) -> None:
    """Who looks meanwhile finds the old result or the new one, and never half of one.

    Of two that inject, one can see that its archive is another now, and says so.
    """
    allowed = ([0, 0], [0, 2]) if name.startswith("inject") else ([0, 0],)
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    assert processes.Job(name, folder).wait().status == 0
    after = entrances.results(folder)
    counts: Counter[str] = Counter()
    for _ in range(ROUNDS):
        entrances.begin(folder, name)
        jobs = [processes.Job(name, folder) for _ in range(2)]
        while not all(job.has_ended() for job in jobs):
            counts["looks"] += 1
            assert entrances.results(folder) in (before, after)
        ended = [job.wait() for job in jobs]
        assert sorted(e.status for e in ended) in allowed, ended
        assert all(e.status == 0 or "\n" not in e.said for e in ended)
        assert entrances.results(folder) == after
        assert not entrances.left_over(folder)
    tally("looks while two write", {"half-written": 0, "whole": counts["looks"]})


@pytest.mark.slow
def test_two_at_once_into_one_directory(tmp_path: Path) -> None:
    """Both put the same files there."""
    folder = entrances.lay_out(tmp_path / "w", "inject directory")
    assert processes.Job("inject directory", folder).wait().status == 0
    after = entrances.results(folder)
    for _ in range(ROUNDS):
        entrances.begin(folder, "inject directory")
        jobs = [processes.Job("inject directory", folder) for _ in range(2)]
        assert [job.wait().status for job in jobs] == [0, 0]
        assert entrances.results(folder) == after
        assert not entrances.left_over(folder)


@pytest.mark.slow
def test_two_at_once_into_one_copy(tmp_path: Path) -> None:
    """One of them makes it whole, and the other says that it is there, or could not be written."""
    folder = entrances.lay_out(tmp_path / "w", "inject copy")
    assert processes.Job("inject copy", folder).wait().status == 0
    after = entrances.results(folder)
    for _ in range(ROUNDS):
        entrances.begin(folder, "inject copy")
        ended = [job.wait() for job in [processes.Job("inject copy", folder) for _ in range(2)]]
        assert sorted(e.status for e in ended) in ([0, 0], [0, 2]), ended
        assert all("\n" not in e.said for e in ended)
        assert entrances.results(folder) == after
        assert not entrances.left_over(folder)
