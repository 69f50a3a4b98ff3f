"""What all questions share: ways that take turns, medians with their spread, and promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple, TypeAlias

ROOT = Path(__file__).parents[1]
LAUNCHER = Path(__file__).with_name("launcher.py")


class Key(NamedTuple):
    """What is measured of which way to do something, in which case and at which size."""

    case: str
    size: int | None
    way: str
    measure: str


class Row(NamedTuple):
    """A median, the quartiles around it, and the number of samples."""

    key: Key
    median: float
    low: float
    high: float
    samples: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """A measured number and the limit that is promised for it."""

    text: str
    value: float
    limit: float
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
    """Where and how a question is measured: an empty folder, the corpus, and how thoroughly."""

    folder: Path
    corpus: Path
    is_quick: bool

    def rounds(self, full: int) -> int:
        """Give the number of rounds."""
        return 1 if self.is_quick else full


Call: TypeAlias = Callable[[], Mapping[Key, float]]
"""Measures once; gives one value or several."""


def take_turns(calls: Iterable[tuple[int, Call]]) -> list[Row]:
    """Call each so many times, all in turns, and each round from another one on."""
    left = list(calls)
    samples: dict[Key, list[float]] = defaultdict(list)
    turn = 0
    while left:
        start = turn % len(left)
        for _, call in left[start:] + left[:start]:
            for key, value in call().items():
                samples[key].append(value)
        turn += 1
        left = [(rounds, call) for rounds, call in left if rounds > turn]
    return [_row(key, values) for key, values in samples.items()]


def _row(key: Key, values: list[float]) -> Row:
    low, _, high = quantiles(values, method="inclusive") if len(values) > 1 else values * 3
    return Row(key, median(values), low, high, len(values))


def median_of(rows: Iterable[Row], *key: object) -> float:
    """Give the median of a key."""
    return next(row.median for row in rows if row.key == key)


def pinned(requirements: Iterable[str]) -> dict[str, str]:
    """Give the versions that requirements pin, by name."""
    return {name: version for name, _, version in (one.partition("==") for one in requirements)}


class Usage(NamedTuple):
    """What a command and its children used: seconds, seconds, megabytes; and what it wrote."""

    processor: float
    wall: float
    memory: float
    output: str

    def measures(self, case: str, size: int | None, way: str) -> dict[Key, float]:
        """Give the three measures under their names."""
        return {
            Key(case, size, way, "processor ms"): self.processor * 1e3,
            Key(case, size, way, "wall ms"): self.wall * 1e3,
            Key(case, size, way, "peak memory MB"): self.memory,
        }


def run(
    command: Iterable[str | Path], folder: Path, more: Mapping[str, str] | None = None
) -> Usage:
    """Run a command in a folder to its end, with ``more`` in its environment."""
    # Installed packages are compiled, whatever the shell that runs this has set.
    environment = {**os.environ, **(more or {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    launch = [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, command)]
    done = subprocess.run(
        launch, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(launch)} failed:\n{done.stdout}{done.stderr}")
    return Usage(**json.loads(done.stdout))
