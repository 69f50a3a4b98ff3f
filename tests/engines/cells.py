"""Judges what a server stored of a worker by the code that the worker imported.

The application puts on its event which file each import package came from, and what
``importlib.metadata`` says of each distribution. What the version of a file is, pip says: of the
worker's folder that the file lies in, or else of what was shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from demo.bundles import normalize
from demo.server import Project, Server
from tests.engines.pythons import Place
from tests.engines.shipments import TALLY, Shipment

HEAD = ("right", "wrong", "foreign", "flask", "version()")

_NUMBERS = count(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A way to ship, a worker's Python that it goes to, and a way to start Sentry there."""

    engine: str
    shipment: Shipment
    place: Place
    start: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """How one event compares with what its process imported.

    ``answered`` counts the distributions of which ``importlib.metadata`` says the right version.
    """

    right: int
    expected: int
    wrong: Mapping[str, str]
    foreign: frozenset[str]
    is_flask_on: bool
    answered: int

    def faults(self) -> dict[str, object]:
        """Return what keeps the cell from being perfect, empty for one that is."""
        faults = {
            "missing": self.expected - self.right - len(self.wrong),
            "wrong": self.wrong,
            "foreign": set(self.foreign),
            "flask is off": not self.is_flask_on,
            "not answered": self.expected - self.answered,
        }
        return {name: fault for name, fault in faults.items() if fault}

    def listing_faults(self) -> dict[str, object]:
        """Return what is wrong with the list alone."""
        return {n: f for n, f in self.faults().items() if n in ("missing", "wrong", "foreign")}

    def columns(self) -> list[str]:
        """Return what the table shows, in the order of its head."""
        of = f" of {self.expected}"
        counts = (f"{self.right}{of}", str(len(self.wrong)), str(len(self.foreign)))
        return [*counts, "on" if self.is_flask_on else "off", f"{self.answered}{of}"]


def judge(event: Mapping[str, Any], cell: Cell) -> Finding:
    """Compare an event with the files that it names, by normalized name."""
    return compare(event, _expected(event["extra"]["files"], cell))


def compare(event: Mapping[str, Any], expected: Mapping[str, str]) -> Finding:
    """Compare an event with what it should list, by normalized name."""
    listed = {normalize(n): version for n, version in (event.get("modules") or {}).items()}
    answers = event.get("extra", {}).get("versions", {})
    right = {name for name, version in expected.items() if listed.get(name) == version}
    return Finding(
        right=len(right),
        expected=len(expected),
        wrong={n: v for n, v in listed.items() if n in expected and n not in right},
        foreign=frozenset(listed) - frozenset(expected),
        is_flask_on=TALLY.frameworks <= set(event["sdk"]["integrations"]),
        answered=sum(answers.get(n, v) == v for n, v in expected.items()),
    )


def _expected(files: Mapping[str, str], cell: Cell) -> dict[str, str]:
    asked = {name: files[name] for name in cell.shipment.versions if name in files}
    imported = {name: _version(name, Path(file), cell) for name, file in asked.items()}
    if not cell.shipment.is_install:
        return imported
    return {**cell.place.holds(), **cell.shipment.versions, **imported}


def _version(name: str, file: Path, cell: Cell) -> str:
    for site, versions in cell.place.sites.items():
        if file.is_relative_to(site):
            return versions[name]
    return cell.shipment.versions[name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbox:
    """Where one worker's event goes."""

    tracker: Server
    project: Project

    @property
    def dsn(self) -> str:
        """The address that Sentry's SDK is given."""
        return self.project.dsn

    def is_filled(self) -> bool:
        """Whether the server holds an event."""
        return bool(self.tracker.events(self.project))


Send: TypeAlias = Callable[[Inbox, bool], object]
"""Has a worker fail once and waits for its event; the SDK is to be stock where it says so."""


def ask(tracker: Server, name: str, send: Send, *, is_stock: bool = False) -> Mapping[str, Any]:
    """Have an event sent to a project of its own, and return it as the server holds it."""
    project = tracker.add_project(f"{name} ({next(_NUMBERS)})")
    written = send(Inbox(tracker=tracker, project=project), is_stock)
    events = tracker.events(project)
    assert len(events) == 1, f"{name}: the server holds {len(events)} events; {written}"
    return events[0].data
