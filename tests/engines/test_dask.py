"""Dask's workers: the application is uploaded, or in their image; Sentry starts in four ways."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.cache import kept_python
from tests.engines.cells import Cell, Inbox
from tests.engines.conftest import Field
from tests.engines.processes import finished, free_port, is_listening, started, wait_for
from tests.engines.pythons import Place, crowded
from tests.engines.shipments import WORKERS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("dask"),
    pytest.mark.skipif(sys.platform != "linux", reason="a guard for Linux runs the processes"),
]

# What both need is as locked: Dask reloads what an archive holds and the worker has imported.
SHARED = ("click==8.5.1", "jinja2==3.1.6", "markupsafe==3.0.4", "urllib3==2.8.0")
DASK = ("distributed==2026.8.0", *SHARED)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, runtime_side: Path) -> Place:
    """Return the worker's Python."""
    folder = tmp_path_factory.mktemp("dask") / "python"
    return crowded(folder, runtime_side, "dask", *DASK, is_engine_first=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cluster:
    """A scheduler and a worker for each event: a scheduler sends what it was given to every worker.

    The scheduler and the driver, which sends the worker a task, have a Python of their own.
    """

    cell: Cell
    folder: Path

    def __call__(self, inbox: Inbox, is_stock: bool) -> str:
        """Start both, and run the driver to its end."""
        stock = ("stock",) if is_stock else ()
        path, way = self.cell.shipment.path, self.cell.start
        more = {"SENTRY_DSN": inbox.dsn, "TALLY_STOCK_SDK": "".join(stock)}
        is_uploaded = path.suffix == ".zip"
        if not is_uploaded:
            more["PYTHONPATH"] = str(path)
        python, log, port = kept_python("engine-dask", *DASK), self.folder / "log", free_port()
        address = f"tcp://127.0.0.1:{port}"
        options = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        with started(python, "-m", "distributed.cli.dask_scheduler", *options, log=log):
            wait_for(lambda: is_listening(port), log)
            with started(*self._worker(address), log=log, more=more):
                archive = path if is_uploaded else ""
                arguments = (address, archive, way, inbox.dsn, *stock)
                driver = WORKERS / "dask_driver.py"
                return finished(python, driver, *arguments, folder=self.folder)

    def _worker(self, scheduler: str) -> tuple[str | Path, ...]:
        one = ("--host", "127.0.0.1", "--nworkers", "1", "--nthreads", "1", "--no-dashboard")
        is_early = self.cell.start == "preload"
        preload = ("--preload", WORKERS / "dask_preload.py") if is_early else ()
        command = (self.cell.place.python, "-m", "distributed.cli.dask_worker", scheduler)
        return (*command, "--local-directory", self.folder, *one, *preload)


@pytest.mark.parametrize(
    ("form", "start"),
    [
        (("slim", ".zip"), "task, package"),
        (("slim", ".zip"), "task, script"),
        (("slim", ".zip"), "WorkerPlugin"),
        (("alone", ".zip"), "task, script"),
        (("alone", ".zip"), "WorkerPlugin"),
        (("alone", ".zip"), "preload"),
        (("slim", ""), "preload"),
    ],
    ids=str,
)
def test_an_event_lists_what_the_worker_imported(
    form: tuple[str, str],
    start: str,
    place: Place,
    field: Field,
) -> None:
    """Each way to start Sentry on a worker gives the application's distributions as they run."""
    shipment = getattr(field.shipments, form[0])(form[1])
    cell = Cell(engine="Dask", shipment=shipment, place=place, start=start)
    cluster = _Cluster(cell=cell, folder=field.folder)
    assert field.compare(cell, cluster).faults() == {}
