"""Runs suites without and with this project, and prints what differs.

All of them, or those named: ``setuptools``, ``sentry-sdk:tests/integrations/wsgi``. Ends with
status 1 if a test ends otherwise and no reason is known.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from demo.cache import kept_python
from tests.peers import manifest, sdists
from tests.peers.outcomes import ROOT, Outcomes, active, run_pytest
from tests.peers.suites import SUITES, Suite

_FAILED = ("failure", "error")


def _run(suite: Suite, arguments: tuple[str, ...], module: Path, mode: str) -> Outcomes:
    """Run a part of a suite in one mode; without one it runs as its own project does."""
    project = ("-e", str(ROOT)) if mode == "installed" else ()
    python = kept_python(f"peer-{suite.source.partition('=')[0]}", *suite.requires, *project)
    is_activated = mode not in {"", "installed"}
    environment = active(mode, module) if is_activated else {}
    plugin = ("-p", "peers_activation") if is_activated else ()
    folder = sdists.unpacked(suite.source) / suite.folder
    environment = {**suite.environment, **environment}
    return run_pytest(python, folder, *plugin, *arguments, environment=environment)


def _differences(suite: Suite, without: Outcomes, found: Outcomes) -> Iterator[tuple[str, str]]:
    """Yield each test that ends otherwise, with the reason if one is known."""
    for test in sorted(without.keys() | found.keys()):
        if without.get(test) != found.get(test):
            reasons = (why for part, why in suite.differences.items() if part in test)
            change = f"{test}: {without.get(test)}, {found.get(test)}"
            yield change, next(reasons, "")


def _failed(outcomes: Outcomes) -> int:
    return sum(outcome in _FAILED for outcome in outcomes.values())


def _counted(outcomes: Outcomes) -> str:
    return f"{len(outcomes)} tests, {_failed(outcomes)} failed"


def report(suite: Suite, part: str, run: Callable[[str], Outcomes]) -> bool:
    """Print the row of a part of a suite, and return whether every difference has a reason.

    Args:
        suite: The suite, for its modes and reasons.
        part: What the row is called.
        run: Runs that part in a mode, or without this project where the mode is empty.
    """
    try:
        return _compare(suite, part, run)
    except RuntimeError as error:  # it crashed, or ran nothing: the other parts go on
        print(f"{suite.source} {part}: UNEXPLAINED, {error}", flush=True)
        return False


def _compare(suite: Suite, part: str, run: Callable[[str], Outcomes]) -> bool:
    without = run("")
    # A suite that fails anyway cannot show what this project breaks.
    is_explained = 2 * _failed(without) < len(without)
    verdict = "" if is_explained else ": UNEXPLAINED, most of it fails without this project"
    print(f"{suite.source} {part}: {_counted(without)}{verdict}", flush=True)
    for mode in suite.modes:
        found = run(mode)
        print(f"  {mode}: {_counted(found)}", flush=True)
        for change, reason in _differences(suite, without, found):
            print(f"    {change}: {reason or 'UNEXPLAINED'}", flush=True)
            is_explained = is_explained and bool(reason)
    return is_explained


def _parts(name: str, suites: Sequence[Suite]) -> list[tuple[Suite, tuple[str, ...]]]:
    """Return the parts of the suite, or the one part, that a name stands for."""
    found = [
        (suite, part)
        for suite in suites
        for part in suite.runs
        if name in {suite.name, f"{suite.name}:{part[0]}"}
    ]
    if not found:
        sys.exit(f"no suite named {name!r}")
    return found


def main(names: Sequence[str], suites: Sequence[Suite] = SUITES) -> int:
    """Run all suites, or those that are named, and return the exit status."""
    chosen = [part for name in names or [s.name for s in suites] for part in _parts(name, suites)]
    with tempfile.TemporaryDirectory() as temporary:
        module = manifest.write(Path(temporary, "peers_manifest.py"))
        reports = [
            report(suite, part[0], partial(_run, suite, part, module)) for suite, part in chosen
        ]
    return int(not all(reports))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
