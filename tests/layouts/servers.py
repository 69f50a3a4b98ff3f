"""Starts real servers and workers beside a slim folder, and judges the events they send."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.bundles import bare_python
from demo.cache import kept_python
from demo.commands import environment
from tests.layouts.shipped import CROWD, Shipped
from tests.layouts.verdict import judge

WITNESS = Path(__file__).with_name("witness.py")
Record = Callable[[str, object], None]

PATIENCE = 120  # seconds: the machine may be busy


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """A Python that applications are shipped to."""

    name: str
    python: Path

    @property
    def site(self) -> Path:
        """Return the folder of what is installed there."""
        (site,) = self.python.parents[1].glob("lib/*/site-packages")
        return site


def hosts(folder: Path, *requirements: str) -> Iterator[Host]:
    """Return one that has what is required and nothing else, and one with a crowd besides."""
    bare = kept_python("clean", *requirements) if requirements else bare_python(folder / "clean")
    yield Host(name="clean", python=bare)
    crowd = [one for one in CROWD if one not in requirements]
    yield Host(name="crowded", python=kept_python("crowded", *crowd, *requirements))


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """A process that runs, and the file that it writes its events to."""

    process: subprocess.Popen[str]
    events: Path

    def wait_for(self, is_there: Callable[[], object]) -> None:
        """Wait until something is there; the process may not end before."""
        end = time.monotonic() + PATIENCE
        while not is_there():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def event(self) -> Any:
        """Wait for the first event, and return what the witness wrote of it."""
        self.wait_for(lambda: self.events.is_file() and self.events.read_text().endswith("\n"))
        return json.loads(self.events.read_text(encoding="utf-8").splitlines()[0])

    def said(self) -> str:
        """Return what the process has printed."""
        return self.events.with_suffix(".log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def started(
    place: Path,
    shipped: Shipped,
    host: Host,
    arguments: Sequence[str],
    more: Mapping[str, str],
) -> Iterator[Process]:
    """Start a process of the host in a folder of its own, and end it when it is left.

    ``more`` is added to its environment; ``WAY`` in it says how Sentry is started.
    """
    place.mkdir(parents=True)
    (place / "_witness.py").symlink_to(WITNESS)
    events = place / "events"
    own = {
        "EVENTS": str(events),
        "MODULES": json.dumps(dict(shipped.modules)),
        "PYTHONPATH": f"{shipped.folder}:{place}",
        **more,
    }
    with events.with_suffix(".log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(host.python), *arguments],
            cwd=shipped.folder,
            env=environment(own),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield Process(process=process, events=events)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def compare(
    label: str, shipped: Shipped, host: Host, send: Callable[[str], Any], record: Record
) -> None:
    """Hold an event to the code that its process imports, where the SDK alone is wrong.

    ``send`` starts the process in one way, and returns what the witness wrote of its event.
    """
    verdicts = {}
    for way in ("stock", "unnamed"):
        event = send(way)
        found = {**event, "imported": shipped.imported(event["files"], host.site)}
        verdicts[way] = judge(shipped.layout(), found, found, way)
        record("cell", (label, f"{host.name}, {way}", verdicts[way].brief()))
    assert verdicts["stock"].faults
    assert not verdicts["unnamed"].faults, f"{label}, {host.name} host: {verdicts['unnamed']}"
