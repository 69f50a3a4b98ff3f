"""Celery's workers, as processes and as threads, behind a file-system broker and behind Redis."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.server import Server
from tests.bundles.workshop import Workshop
from tests.engines.cells import Cell, Inbox, Send, ask, compare
from tests.engines.conftest import Field
from tests.engines.marks import large
from tests.engines.pex_file import pack_pex
from tests.engines.processes import finished, free_port, is_listening, started, wait_for
from tests.engines.pythons import Place, crowded
from tests.engines.shipments import WORKERS
from tests.engines.worker_page import CALL, CHECK, WORKER, WorkerPage, path_with

pytestmark = large("celery")

CELERY = "celery[redis]==5.7.0"

FILES = "filesystem://"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, runtime_side: Path) -> Place:
    """Return the worker's Python."""
    return crowded(tmp_path_factory.mktemp("celery") / "python", runtime_side, "celery", CELERY)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start Redis, and return its address."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    log, port = tmp_path_factory.mktemp("redis") / "log", free_port()
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "")
    with started("redis-server", *options, log=log):
        wait_for(lambda: is_listening(port), log)
        yield f"redis://127.0.0.1:{port}/0"


class _Worker:
    """A worker that takes one task, which fails."""

    def __init__(self, cell: Cell, folder: Path, broker: str = FILES) -> None:
        signal, pool, start = cell.start.split(", ")
        self.folder, self.pool, self.place = folder, pool, cell.place
        self.more = {"JOBS_BROKER": broker, "JOBS_SIGNAL": signal, "JOBS_START": start}
        self.command: tuple[str | Path, ...] = (cell.place.python,)
        if cell.shipment.path.suffix == ".pex":
            self.command = (*self.command, cell.shipment.path)
            self.more["PEX_ROOT"] = str(folder / "pex")
        else:
            self.more["PYTHONPATH"] = f"{cell.shipment.path}{os.pathsep}{WORKERS}"

    def __call__(self, inbox: Inbox, is_stock: bool) -> None:
        """Start a worker, which queues the task itself, and wait for what it reports."""
        more = {**self.more, "SENTRY_DSN": inbox.dsn}
        if is_stock:
            more["TALLY_STOCK_SDK"] = "1"
        (folder := self.folder / ("stock" if is_stock else "frozen")).mkdir()
        for name in ("queue", "control"):
            (folder / name).mkdir()
        celery = (*self.command, "-m", "celery", "-A", "jobs", "worker")
        options = ("-c", "1", "-P", self.pool, "--without-mingle", "--without-gossip")
        log = folder / "log"
        with started(*celery, *options, log=log, more=more):
            wait_for(inbox.is_filled, log)


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("slim", "worker_process_init, prefork, package"),
        ("slim", "celeryd_init, threads, script"),
        ("slim.zip", "worker_process_init, prefork, script"),
        ("slim.zip", "celeryd_init, threads, package"),
        ("alone", "celeryd_init, prefork, script"),
        ("alone.zip", "worker_process_init, prefork, package"),
        ("full.zip", "celeryd_init, prefork, package"),
    ],
)
def test_an_event_lists_what_the_worker_imported(
    form: str, start: str, place: Place, field: Field
) -> None:
    """A process or a thread that starts Sentry lists the application as it runs."""
    cell = field.cell("Celery", form, place, start)
    assert field.compare(cell, _Worker(cell, field.folder)).faults() == {}


def test_it_is_the_same_behind_redis(place: Place, redis: str, field: Field) -> None:
    """The broker that most workers have, with processes that were forked from a started SDK."""
    start = "celeryd_init, prefork, package"
    cell = field.cell("Celery, Redis", "slim.zip", place, start)
    assert field.compare(cell, _Worker(cell, field.folder, redis)).faults() == {}


def test_a_pex_brings_all_of_its_own(shop: Workshop, place: Place, field: Field) -> None:
    """A worker that runs from a pex sees nothing of its crowded Python, and is an install."""
    shipment = pack_pex(shop, "celery", "celery==5.7.0", "--sources-directory", WORKERS)
    hermetic = Place(python=place.python, sites={})
    start = "worker_process_init, prefork, package"
    cell = Cell(engine="Celery", shipment=shipment, place=hermetic, start=start)
    assert field.compare(cell, _Worker(cell, field.folder)).faults() == {}


def _page_sender(folder: Path, page: WorkerPage, python: Path, redis: str) -> Send:
    """Return what starts the page's worker in a folder, and calls its task."""
    log = folder / "celery.log"

    def send(inbox: Inbox, _: bool) -> None:
        broker = {"CELERY_BROKER_URL": redis, "SENTRY_DSN": inbox.dsn, "SENTRY_DEBUG": "1"}
        more = {**path_with(python.parent), **broker}
        with started(*page.command(WORKER), log=log, more=more):
            finished(*page.command(CALL), folder=folder, more=more)
            wait_for(inbox.is_filled, log)

    return send


def test_the_page_holds_for_celery(
    place: Place, redis: str, worker_page: WorkerPage, tracker: Server
) -> None:
    """A worker of the page reports the list, and says in the SDK's log where it is from."""
    send = _page_sender(worker_page.folder, worker_page, place.python, redis)
    assert worker_page.faults(ask(tracker, "the page on workers, Celery", send)) == {}
    log = worker_page.folder / "celery.log"
    assert worker_page.log_line() in log.read_text(encoding="utf-8")


def test_combining_adds_what_the_engine_brings(
    place: Place, redis: str, worker_page: WorkerPage, tracker: Server, tmp_path: Path
) -> None:
    """``combine=True`` lists Celery and all else that is installed on the page's worker."""
    text = (worker_page.folder / "jobs.py").read_text(encoding="utf-8")
    combining = text.replace("ModulesIntegration()", "ModulesIntegration(combine=True)")
    (tmp_path / "jobs.py").write_text(combining, encoding="utf-8")
    shutil.copy(worker_page.folder / "app.zip", tmp_path)
    send = _page_sender(tmp_path, worker_page, place.python, redis)
    event = ask(tracker, "the page on workers, combined", send)
    assert compare(event, {**place.holds(), **worker_page.expected()}).listing_faults() == {}


def test_a_worker_can_be_asked(place: Place, worker_page: WorkerPage) -> None:
    """The command of the page prints the list with the worker's Python."""
    more = path_with(place.python.parent)
    printed = finished(*worker_page.command(CHECK), folder=worker_page.folder, more=more)
    assert json.loads(printed)["modules"] == worker_page.expected()
