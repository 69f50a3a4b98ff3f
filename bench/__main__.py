"""Measures everything in one run: ``python -m bench [--quick] [--corpus FOLDER] [QUESTION...]``.

Promises are judged by instruction counts, which are the same on a busy machine; where valgrind is
missing, by processor time. A whole run writes ``bench/results.json``, from which the page and the
figure in ``docs`` and the README's numbers are made. One that is quick or asks less writes below
``.cache``, where it is in nobody's way. Ends with status 1 if a promise is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import (
    archives,
    build,
    bundle,
    event,
    first_event,
    freeze,
    growth,
    pages,
    table,
    unrelated,
)
from bench.counting import VALGRIND
from bench.measuring import ROOT, Report, Setting

QUESTIONS: dict[str, Callable[[Setting], Report]] = {
    "first-event": first_event.measure,
    "event": event.measure,
    "bundle": bundle.measure,
    "archives": archives.measure,
    "freeze": freeze.measure,
    "growth": growth.measure,
    "build": build.measure,
    "unrelated": unrelated.measure,
}
OURS = ("hatch-sentry-modules", "sentry-modules", "sentry-sdk", "packaging", "click")
CPU = Path("/proc/cpuinfo")
CORPUS = ROOT.parent / "shared" / "corpus"


def main() -> int:
    """Measure, print the tables, write the results and draw them."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="one round: to see that it runs")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of real lock files")
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=", ".join(QUESTIONS))
    options = parser.parse_args()
    if unknown := {*options.questions} - {*QUESTIONS}:
        parser.error(f"no such question: {', '.join(sorted(unknown))}")
    if not VALGRIND:
        print(
            "valgrind is missing: promises are judged by processor time, which other work changes"
        )
    reports = {
        name: _answer(name, options.corpus, is_quick=options.quick)
        for name in options.questions or QUESTIONS
    }
    is_whole = not options.questions and not options.quick
    results = pages.RESULTS if is_whole else ROOT / ".cache" / "results.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(_document(reports), indent=1) + "\n", encoding="utf-8")
    if is_whole:
        pages.write()
    return int(not all(one.is_met for report in reports.values() for one in report.promises))


def _answer(name: str, corpus: Path, *, is_quick: bool) -> Report:
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(folder=Path(folder), corpus=corpus, is_quick=is_quick)
        report = QUESTIONS[name](setting)
    print(f"\n{name} (took {time.monotonic() - start:.0f} s)\n\n{table.numbers(report.rows)}")
    print(f"\n{table.promises(report.promises)}", flush=True)
    return report


def _document(reports: dict[str, Report]) -> dict[str, Any]:
    """Return all results as plain data, and what they were measured on, without a name of it."""
    versions = {name: version(name) for name in OURS}
    for report in reports.values():
        versions.update(report.versions)
    return {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": f"{platform.python_implementation()} {platform.python_version()}",
        },
        "versions": dict(sorted(versions.items())),
        "rows": {name: [asdict(row) for row in report.rows] for name, report in reports.items()},
        "promises": [asdict(one) for report in reports.values() for one in report.promises],
    }


def _processor() -> str:
    """Return the model that Linux names."""
    lines = CPU.read_text(encoding="utf-8").splitlines() if CPU.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


if __name__ == "__main__":
    sys.exit(main())
