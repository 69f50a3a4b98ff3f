"""Fuzzes one target in this process, guided by coverage: ``python -m fuzz.worker``."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from random import Random

import atheris

from fuzz import targets
from fuzz.findings import Findings
from fuzz.limits import limited

KEPT = Path(__file__).parents[1] / "fixtures" / "fuzz"
EVERY = 5
"""After how many seconds the counts are written again."""

RAW = 0.1
"""How many of the mutations are those of the engine, which knows no format."""


class Run:
    """Counts, and writes the counts where they can be read while it goes on."""

    def __init__(self, target: targets.Target, seconds: float, folder: Path) -> None:
        self._target = target
        self._status = folder / "status.json"
        self._findings = Findings(folder / "findings")
        self._before = json.loads(self._status.read_bytes()) if self._status.exists() else {}
        self._executions = 0
        self._start = self._written = time.monotonic()
        self._end = self._start + seconds

    def __call__(self, data: bytes) -> None:
        """Try one input."""
        try:
            with limited():
                self._target.run(data)
        except BaseException as error:  # noqa: BLE001  # whatever leaves it is a finding
            self._findings.add(error, data)
        self._executions += 1
        if time.monotonic() - self._written > EVERY or time.monotonic() > self._end:
            self.write()

    def write(self) -> None:
        """Write the counts, those before a restart included, and end when it is time."""
        self._written = time.monotonic()
        counts = {
            "executions": self._executions,
            "seconds": round(self._written - self._start, 1),
            "processor": round(time.process_time(), 1),
        }
        status = {key: value + self._before.get(key, 0) for key, value in counts.items()}
        new = self._status.with_suffix(".new")
        new.write_text(json.dumps({**status, "findings": self._findings.names()}), "utf-8")
        new.replace(self._status)
        if self._written >= self._end:
            os._exit(0)  # the engine would count what is left of its own


def main(name: str, seconds: float, folder: Path) -> None:
    """Fuzz one target for some seconds, with everything about it in a folder."""
    with atheris.instrument_imports(include=["hatch_sentry_modules", "sentry_modules"]):
        target = targets.load(name)
        seeds = folder / "seeds"
        seeds.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(target.seeds()):
            (seeds / f"{number:03}").write_bytes(seed)
        (folder / "corpus").mkdir(exist_ok=True)

        def mutate(data: bytes, longest: int, seed: int) -> bytes:
            random = Random(seed)
            changed = data if random.random() < RAW else target.mutate(data, random)
            if changed == data or len(changed) > longest:
                return bytes(atheris.Mutate(data, longest))
            return changed

        options = ["-timeout=900", "-rss_limit_mb=1500", "-report_slow_units=900", "-verbosity=0"]
        places = [folder / "corpus", seeds, *KEPT.glob(name)]
        options += [f"-artifact_prefix={folder}/findings/", f"-max_len={target.longest}"]
        atheris.Setup(
            [sys.argv[0], *options, *map(str, places)],
            Run(target, seconds, folder),
            custom_mutator=mutate,
        )
        gc.freeze()  # what is there now stays, and need not be looked through again
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
