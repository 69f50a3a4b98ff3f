"""What all questions share: jobs that are timed and counted, rows of numbers, and promises."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bench import counting
from bench.running import Region, parse_regions, run

ROOT = Path(__file__).parents[1]

INSTRUCTIONS, PROCESSOR, WALL, MEMORY = "instructions", "processor ms", "wall ms", "peak MB"
BYTES = "bytes"
JUDGED = (INSTRUCTIONS, PROCESSOR, BYTES)
"""What a promise is judged by: the first of these that both of its sides have."""

Samples: TypeAlias = dict[tuple[str, str], list[float]]
"""Of each way and measure, what was found in each round."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A command that is one way to do something, in one case and at one size.

    One that ``is_probe`` prints the regions in it that are measured, and to which ways each
    belongs. What takes hours to count is not: ``is_counted=False``. What is counted is timed once,
    anything else in several ``rounds``.
    """

    case: str
    command: tuple[str | Path, ...]
    folder: Path
    way: str = ""
    size: int | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    is_probe: bool = False
    is_counted: bool = True
    rounds: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Every number of one way, in one case and at one size; a time is the least of its rounds."""

    case: str
    size: int | None
    way: str
    values: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """A number, the limit that is promised for it, and what it was measured by."""

    text: str
    value: float
    limit: float
    by: str
    is_lower_limit: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the number keeps to its limit."""
        return self.value >= self.limit if self.is_lower_limit else self.value <= self.limit


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The answer to one question; ``versions`` are those of the tools that were measured."""

    rows: list[Row]
    promises: list[Promise] = field(default_factory=list)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Where a question is measured: an empty folder, and that of the real lock files."""

    folder: Path
    corpus: Path
    is_quick: bool = False

    def measure(self, jobs: Iterable[Job]) -> list[Row]:
        """Time each job alone, then count all of them, as many at once as there are cores.

        Other work changes times, and leaves counts as they are: one is enough.
        """
        jobs = list(jobs)
        samples: list[Samples] = [defaultdict(list) for _ in jobs]
        # In turns: a machine is faster at one time than at another.
        for turn in range(max(map(self._rounds, jobs), default=0)):
            for job, found in zip(jobs, samples, strict=True):
                if turn < self._rounds(job):
                    _time(job, found)
        rows = [_least(found) for found in samples]
        if counting.VALGRIND:
            # The longest first, so that no core waits for the end of the last.
            order = sorted(zip(jobs, rows, strict=True), key=lambda pair: -_longest(pair[1]))
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                counts = pool.map(_count, (job for job, _ in order))
                for (_, ways), more in zip(order, counts, strict=True):
                    for way, values in more.items():
                        ways[way].update(values)
        return [
            Row(case=job.case, size=job.size, way=way, values=values)
            for job, ways in zip(jobs, rows, strict=True)
            for way, values in ways.items()
        ]

    def _rounds(self, job: Job) -> int:
        is_counted = counting.VALGRIND is not None and job.is_counted
        return 1 if self.is_quick or is_counted else job.rounds


def _time(job: Job, samples: Samples) -> None:
    usage = run(job.command, job.folder, job.more)
    whole = {PROCESSOR: usage.processor, WALL: usage.wall}
    regions = parse_regions(usage.output) if job.is_probe else [Region({job.way: 1}, whole)]
    for key, value in _sum(regions).items():
        samples[key].append(value)


def _least(samples: Samples) -> dict[str, dict[str, float]]:
    # Other work only ever adds to a time.
    ways: dict[str, dict[str, float]] = defaultdict(dict)
    for (way, measure), values in samples.items():
        ways[way][measure] = min(values)
    return ways


def _longest(ways: Mapping[str, Mapping[str, float]]) -> float:
    return max((values.get(PROCESSOR, 0) for values in ways.values()), default=0)


def _count(job: Job) -> dict[str, dict[str, float]]:
    if not job.is_counted:
        return {}
    if not job.is_probe:
        return {job.way: {INSTRUCTIONS: counting.count(job.command, job.folder, job.more)}}
    regions, counts = counting.count_regions(job.command, job.folder, job.more)
    counted = [Region(r.ways, {INSTRUCTIONS: n}) for r, n in zip(regions, counts, strict=True)]
    return {way: {measure: value} for (way, measure), value in _sum(counted).items()}


def _sum(regions: Iterable[Region]) -> dict[tuple[str, str], float]:
    """Add the regions of each way up, each as often as it belongs to the way."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for region in regions:
        for way, weight in region.ways.items():
            for measure, value in region.values.items():
                sums[way, measure] += weight * value
    return sums


def find(rows: Iterable[Row], case: str, size: int | None, way: str) -> Mapping[str, float]:
    """Return the numbers of one way."""
    return next(row.values for row in rows if (row.case, row.size, row.way) == (case, size, way))


def share(part: Mapping[str, float], whole: Mapping[str, float]) -> tuple[float, str]:
    """Return how many times the one number is the other, and what both were measured by."""
    by = next(measure for measure in JUDGED if measure in part and measure in whole)
    return part[by] / whole[by], by


def at_most(
    text: str, limit: float, part: Mapping[str, float], whole: Mapping[str, float]
) -> Promise:
    """Make the promise that one number is at most so many times another."""
    value, by = share(part, whole)
    return Promise(text=text, value=value, limit=limit, by=by)


def pinned(requirements: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Return the names and versions that requirements pin."""
    for requirement in requirements:
        name, _, version = requirement.partition("==")
        yield name, version
