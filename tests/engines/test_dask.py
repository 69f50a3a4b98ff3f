"""Dask's workers: the application is uploaded, or in their image; Sentry starts in four ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.cache import kept_python
from demo.server import Server
from tests.engines.cells import Cell, Inbox
from tests.engines.conftest import Field
from tests.engines.interruption import interrupt_target
from tests.engines.marks import large
from tests.engines.processes import finished, free_port, is_listening, started, wait_for
from tests.engines.pythons import Place, crowded
from tests.engines.shipments import WORKERS
from tests.engines.worker_page import DASK as JOB
from tests.engines.worker_page import WorkerPage, path_with

pytestmark = large("dask")

# What both need is as locked: Dask reloads what an archive holds and the worker has imported.
SHARED = ("click==8.5.1", "jinja2==3.1.6", "markupsafe==3.0.4", "urllib3==2.8.0")
DASK = ("distributed==2026.8.0", *SHARED)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, runtime_side: Path) -> Place:
    """Return the worker's Python."""
    folder = tmp_path_factory.mktemp("dask") / "python"
    return crowded(folder, runtime_side, "dask", *DASK, is_engine_first=True)


@contextmanager
def _cluster(python: Path, folder: Path, *options: str | Path, **more: str) -> Iterator[str]:
    """Start a scheduler, in a Python of its own, and a worker; return the former's address."""
    log, port = folder / "log", free_port()
    here = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = (kept_python("engine-dask", *DASK), "-m", "distributed.cli.dask_scheduler")
    with started(*scheduler, *here, "--port", str(port), log=log):
        wait_for(lambda: is_listening(port), log)
        address = f"tcp://127.0.0.1:{port}"
        one = (*here, "--nworkers", "1", "--nthreads", "1", "--local-directory", folder)
        worker = (python, "-m", "distributed.cli.dask_worker", address)
        with started(*worker, *one, *options, log=log, more=more):
            yield address


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cluster:
    """A cluster for each event: a scheduler keeps what it was given for every later worker."""

    cell: Cell
    folder: Path

    def __call__(self, inbox: Inbox, is_stock: bool) -> str:
        """Start it, and run a driver to its end."""
        stock = ("stock",) if is_stock else ()
        path, way = self.cell.shipment.path, self.cell.start
        more = {"SENTRY_DSN": inbox.dsn, "TALLY_STOCK_SDK": "".join(stock)}
        is_uploaded = path.suffix == ".zip"
        if not is_uploaded:
            more["PYTHONPATH"] = str(path)
        preload = ("--preload", WORKERS / "dask_preload.py") if way == "preload" else ()
        with _cluster(self.cell.place.python, self.folder, *preload, **more) as address:
            arguments = (address, path if is_uploaded else "", way, inbox.dsn, *stock)
            driver = (kept_python("engine-dask", *DASK), WORKERS / "dask_driver.py")
            return finished(*driver, *arguments, folder=self.folder)


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("slim.zip", "task, package"),
        ("slim.zip", "task, script"),
        ("slim.zip", "WorkerPlugin"),
        ("alone.zip", "task, script"),
        ("alone.zip", "WorkerPlugin"),
        ("alone.zip", "preload"),
        ("slim", "preload"),
    ],
)
def test_an_event_lists_what_the_worker_imported(
    form: str, start: str, place: Place, field: Field
) -> None:
    """A task, a plugin or a preload that starts Sentry lists the application as it runs."""
    cell = field.cell("Dask", form, place, start)
    cluster = _Cluster(cell=cell, folder=field.folder)
    assert field.compare(cell, cluster).faults() == {}


def test_the_page_holds_for_dask(
    place: Place, worker_page: WorkerPage, tracker: Server, tmp_path: Path
) -> None:
    """The plugin of the page starts Sentry on a worker, which gets the archive by upload.

    The task's event and that of Dask's log carry the same list.
    """
    inbox = Inbox(tracker=tracker, project=tracker.add_project("the page on workers, Dask"))
    python = kept_python("engine-dask", *DASK)
    with _cluster(place.python, tmp_path, SENTRY_DSN=inbox.dsn) as address:
        more = {**path_with(python.parent), "DASK_SCHEDULER_ADDRESS": address}
        finished(*worker_page.command(JOB), folder=worker_page.folder, more=more)
        wait_for(lambda: len(tracker.events(inbox.project)) == 2, tmp_path / "log")
    for event in tracker.events(inbox.project):
        assert worker_page.faults(event.data) == {}


def test_an_interrupted_run_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C while a worker starts ends it, its nanny and the scheduler."""
    assert not interrupt_target("tests/engines/test_dask.py -k package", "spawn_main", tmp_path)
