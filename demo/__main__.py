"""Builds the bundles of the sample application, runs them and prints what the server stored."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Event

from demo import server
from demo.applications import STOREFRONT
from demo.bundles import BUNDLERS, Bundle
from demo.commands import CommandError
from demo.report import Comparison, judge, table
from demo.server import Server, StoredEvent
from demo.wheels import build_application, build_distributions


def main() -> int:
    """Return 0 when every event that a manifest was behind is perfect, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the server running to look at")
    keep = parser.parse_args().keep
    # As an exception, it lets the server be stopped and the folders be removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    try:
        with tempfile.TemporaryDirectory(prefix="sentry-modules-demo-") as work:
            return _demonstrate(Path(work), keep=keep)
    except CommandError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 1


def _demonstrate(work: Path, *, keep: bool) -> int:
    """Do it all in a folder, and return the exit status."""
    bundles = _build(work)
    _say("starting the server")
    with server.running() as tracker:
        rows = [_compare(tracker, bundle) for bundle in bundles]
        print(f"\n{table(rows)}\n\nThe last event: {rows[-1].page}", flush=True)
        if keep:
            _wait()
        else:
            print("It is gone with the server, which make demo KEEP=1 leaves running.")
    return 0 if all(row.frozen.is_perfect for row in rows) else 1


def _build(work: Path) -> list[Bundle]:
    """Build the wheels, and every bundle of the sample application from them."""
    _say("building the wheels")
    (wheels := work / "wheels").mkdir()
    parts = build_application(STOREFRONT, *build_distributions(wheels))
    bundles = []
    for bundler in BUNDLERS:
        _say(bundler.__name__.replace("_", " "))
        bundles.append(bundler(parts, work))
    return bundles


def _compare(tracker: Server, bundle: Bundle) -> Comparison:
    """Run a bundle with the stock SDK and with the manifest."""
    stock = _event(tracker, bundle, stock=True)
    frozen = _event(tracker, bundle, stock=False)
    return Comparison(
        bundle=bundle.name,
        stock=judge(stock.data, bundle),
        frozen=judge(frozen.data, bundle),
        page=frozen.page,
    )


def _event(tracker: Server, bundle: Bundle, *, stock: bool) -> StoredEvent:
    """Run a bundle once, and return the one event that the server then holds for it."""
    name = f"{bundle.name}, {'stock SDK' if stock else 'frozen'}"
    _say(f"running: {name}")
    project = tracker.add_project(name)
    written = bundle.send(project.dsn, stock=stock)
    events = tracker.events(project)
    if len(events) != 1:
        raise CommandError(f"{written}\n{name}: the server holds {len(events)} events, not 1")
    return events[0]


def _wait() -> None:
    """Leave the server to a person, until Ctrl-C."""
    sign_in = f"Sign in as {server.USER}, password {server.PASSWORD}."
    print(f"{sign_in} Ctrl-C ends the server.", flush=True)
    with suppress(KeyboardInterrupt):
        Event().wait()


def _say(step: str) -> None:
    """Show what is going on, apart from the result."""
    print(f"{step} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
