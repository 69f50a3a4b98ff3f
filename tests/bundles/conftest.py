"""What the bundle matrix shares, and the table that it ends with."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from demo import server
from demo.applications import Application
from demo.report import markdown
from tests.bundles.bundlers import BUNDLERS
from tests.bundles.cell import COLUMNS, Everywhere, Run, compare, row
from tests.bundles.hosts import Host, hosts
from tests.bundles.workshop import Opener, Pair, Workshop, open_workshop

_HEAD = ["bundle", "application", "host", "stock SDK", *COLUMNS, "frozen", *COLUMNS]


@pytest.fixture(scope="session")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Opener:
    """Return the workshop of an application, which the processes of one test run share."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    @cache
    def open_one(application: Application) -> Workshop:
        return open_workshop(shared / "workshops" / application.name, application)

    return open_one


@pytest.fixture(scope="session")
def all_hosts(tmp_path_factory: pytest.TempPathFactory) -> list[Host]:
    """Return the hosts, which each process has to itself."""
    return list(hosts(tmp_path_factory.mktemp("hosts")))


@pytest.fixture
def everywhere(
    all_hosts: list[Host], tracker: server.Server, record_property: Callable[[str, object], None]
) -> Everywhere:
    """Return what runs both bundles of a pair on each host, for the table and for a test."""

    def run(pair: Pair) -> dict[str, Run]:
        frozen = {}
        for host in all_hosts:
            runs = compare(pair, host, tracker)
            record_property("row", row(pair.frozen, host, runs))
            frozen[host.name] = runs[1]
        return frozen

    return run


@pytest.fixture(scope="session")
def tracker() -> Iterator[server.Server]:
    """Start the server."""
    with server.running() as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of all cells that were run, in the order of the bundlers."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    recorded = [item for report in reports for item in report.user_properties]
    rows = [value for key, value in recorded if key == "row"]
    notes = [value for key, value in recorded if key == "note"]
    if rows:
        order = [bundler.name for bundler in BUNDLERS]
        rows.sort(key=lambda row: order.index(row[0]))
        terminalreporter.section("bundle matrix")
        text = "\n\n".join([markdown([_HEAD, *rows]), *notes, _tools()])
        terminalreporter.write_line(text)


def _tools() -> str:
    tools = dict.fromkeys(bundler.tool for bundler in BUNDLERS if bundler.tool)
    return ", ".join([f"Python {platform.python_version()}", *tools, *server.REQUIREMENTS])
