"""What the engines share, and the table that their tests end with."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import server
from demo.report import markdown
from tests.bundles.workshop import Workshop, open_workshop
from tests.engines.cells import HEAD, Cell, Finding, Send, ask, judge
from tests.engines.pythons import Place
from tests.engines.shipments import TALLY, Shipments, pack
from tests.engines.worker_page import WorkerPage, build


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """What a test of a worker has: the application in every form, a folder, and the table."""

    shipments: Shipments
    folder: Path
    tracker: server.Server
    record: Callable[[str, object], None]

    def cell(self, engine: str, form: str, place: Place, start: str) -> Cell:
        """Return a cell in which the application is shipped in a form."""
        return Cell(engine=engine, shipment=self.shipments.form(form), place=place, start=start)

    def compare(self, cell: Cell, send: Send, kind: str = "worker") -> Finding:
        """Have an event sent with the stock SDK and frozen; return what the latter came to."""
        names = (cell.engine, cell.shipment.name, cell.start)
        stock, frozen = (
            judge(ask(self.tracker, ", ".join(names), send, is_stock=is_stock), cell)
            for is_stock in (True, False)
        )
        self.record(kind, [*names, *stock.columns(), *frozen.columns()])
        return frozen


@pytest.fixture(scope="session")
def tracker() -> Iterator[server.Server]:
    """Start the server."""
    with server.running() as running:
        yield running


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Return where the application is built, once in each process."""
    return open_workshop(tmp_path_factory.mktemp("tally") / "workshop", TALLY)


@pytest.fixture(scope="session")
def shipments(shop: Workshop) -> Shipments:
    """Return the application in every form."""
    return pack(shop)


@pytest.fixture(scope="session")
def runtime_side(shop: Workshop) -> Path:
    """Return the wheel of the run-time side."""
    return shop.parts.wheels[1]


@pytest.fixture(scope="session")
def worker_page(tmp_path_factory: pytest.TempPathFactory) -> WorkerPage:
    """Return the page on workers, with its application built."""
    return build(tmp_path_factory.mktemp("page"))


@pytest.fixture
def field(
    shipments: Shipments,
    tracker: server.Server,
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> Field:
    """Return what runs a cell."""
    return Field(shipments=shipments, folder=tmp_path, tracker=tracker, record=record_property)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of all workers that were run."""
    print_table(terminalreporter, "worker")


def print_table(terminalreporter: pytest.TerminalReporter, kind: str) -> None:
    """Print the cells of one kind, as a table in Markdown."""
    reports = [r for result in ("passed", "failed") for r in terminalreporter.stats.get(result, ())]
    recorded = [item for report in reports for item in report.user_properties]
    rows = sorted(value for key, value in recorded if key == kind)
    if rows:
        head = ["engine", "shipped as", "Sentry started by"]
        stock = [f"stock: {HEAD[0]}", *HEAD[1:]]
        table = markdown([[*head, *stock, f"frozen: {HEAD[0]}", *HEAD[1:]], *rows])
        terminalreporter.section(f"{kind}s")
        terminalreporter.write_line(f"{table}\n\nPython {platform.python_version()}")
