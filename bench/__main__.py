"""Measures everything in one run: ``python -m bench [--quick] [--corpus FOLDER] [QUESTION...]``.

A whole run writes ``bench/results.json``, from which ``docs/benchmarks.svg`` is drawn and the
README's numbers are taken. One that is quick or asks less writes both below ``.cache``, where they
are in nobody's way. Ends with status 1 if a promise is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import build, bundle, event, first_event, freeze, growth, machine, plot, process
from bench.measuring import ROOT, Report, Setting
from bench.table import table

QUESTIONS: dict[str, Callable[[Setting], Report]] = {
    "first-event": first_event.measure,
    "event": event.measure,
    "process": process.measure,
    "bundle": bundle.measure,
    "freeze": freeze.measure,
    "growth": growth.measure,
    "build": build.measure,
}
OURS = ("hatch-sentry-modules", "sentry-modules", "sentry-sdk", "tomli", "packaging")
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
    reports = {
        name: _answer(name, options.corpus, is_quick=options.quick)
        for name in options.questions or QUESTIONS
    }
    is_whole = not options.questions and not options.quick
    results = ROOT / "bench" / "results.json" if is_whole else ROOT / ".cache" / "results.json"
    results.parent.mkdir(exist_ok=True)
    document = _document(reports)
    results.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if not options.questions:
        plot.draw(document, plot.PLOT if is_whole else results.with_name("benchmarks.svg"))
    return int(not all(one.is_met for report in reports.values() for one in report.promises))


def _answer(name: str, corpus: Path, *, is_quick: bool) -> Report:
    start, before = time.monotonic(), _processor()
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(folder=Path(folder), corpus=corpus, is_quick=is_quick)
        report = QUESTIONS[name](setting)
    took, used = time.monotonic() - start, _processor() - before
    title = f"{name} (took {took:.0f} s, {used:.0f} s of processor time)"
    print(f"\n{title}\n{table(report)}", flush=True)
    return report


def _processor() -> float:
    """Give the seconds that children have used, to tell how long a run takes on an idle machine."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _document(reports: dict[str, Report]) -> dict[str, Any]:
    """Give all results as plain data; the quartiles are ``low`` and ``high``."""
    versions = {name: version(name) for name in OURS}
    for report in reports.values():
        versions.update(report.versions)
    return {
        "machine": machine.describe(),
        "versions": dict(sorted(versions.items())),
        "rows": [
            {"question": name, **row.key._asdict(), **_values(row)}
            for name, report in reports.items()
            for row in report.rows
        ],
        "promises": [
            {
                "text": one.text,
                "value": round(one.value, 3),
                "at least" if one.is_lower_limit else "at most": one.limit,
                "met": one.is_met,
            }
            for report in reports.values()
            for one in report.promises
        ],
    }


def _values(row: Any) -> dict[str, float]:
    numbers = {"median": row.median, "low": row.low, "high": row.high}
    return {**{name: round(value, 3) for name, value in numbers.items()}, "samples": row.samples}


if __name__ == "__main__":
    sys.exit(main())
