"""Runs suites (all, or those named) without and with this project, and prints what differs.

Ends with status 1 if a test ends otherwise and no reason is known.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from demo.cache import kept_python
from tests.peers import manifest, sdists
from tests.peers.outcomes import ROOT, Outcomes, active, run_pytest
from tests.peers.suites import SUITES, Suite

_FAILED = ("failure", "error")


def _run(suite: Suite, arguments: tuple[str, ...], mode: str, module: Path) -> Outcomes:
    """Run a part of a suite in one mode; without one it runs as its own project does."""
    project = ("-e", str(ROOT)) if mode == "installed" else ()
    python = kept_python(f"peer-{suite.source.partition('=')[0]}", *suite.requires, *project)
    is_activated = mode not in {"", "installed"}
    environment = active(mode, module) if is_activated else {}
    plugin = ("-p", "peers_activation") if is_activated else ()
    folder = sdists.unpacked(suite.source) / suite.folder
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


def _report(suite: Suite, arguments: tuple[str, ...], module: Path) -> bool:
    """Print the row of a part of a suite, and return whether every difference has a reason."""
    without = _run(suite, arguments, "", module)
    # A suite that fails anyway cannot show what this project breaks.
    is_explained = 2 * _failed(without) < len(without)
    verdict = "" if is_explained else ": UNEXPLAINED, most of it fails without this project"
    print(f"{suite.source} {arguments[0]}: {_counted(without)}{verdict}", flush=True)
    for mode in suite.modes:
        found = _run(suite, arguments, mode, module)
        print(f"  {mode}: {_counted(found)}", flush=True)
        for change, reason in _differences(suite, without, found):
            print(f"    {change}: {reason or 'UNEXPLAINED'}", flush=True)
            is_explained = is_explained and bool(reason)
    return is_explained


def main() -> int:
    """Run the suites that the command line names, and return the exit status."""
    names = sys.argv[1:]
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    with tempfile.TemporaryDirectory() as temporary:
        module = manifest.write(Path(temporary, "peers_manifest.py"))
        reports = [_report(suite, part, module) for suite in chosen for part in suite.runs]
    return int(not all(reports))


if __name__ == "__main__":
    sys.exit(main())
