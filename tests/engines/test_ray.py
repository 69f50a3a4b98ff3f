"""Ray's workers on a started head; run where TEST_ENGINES is set."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from demo.cache import kept_python
from demo.server import Server
from tests.bundles.workshop import Workshop
from tests.engines.cells import Cell, Inbox
from tests.engines.conftest import Field
from tests.engines.interruption import interrupt_target
from tests.engines.marks import large
from tests.engines.processes import finished, free_port, is_listening, started, wait_for
from tests.engines.pythons import Place, crowded, held
from tests.engines.shipments import WORKERS, Shipment
from tests.engines.worker_page import RAY as JOB
from tests.engines.worker_page import WorkerPage, path_with

pytestmark = large("ray")

# The crowd's SDK is too old: with its RayIntegration, Ray cannot import all of its own modules.
SDK = ("sentry-sdk==2.60.0", "certifi==2024.2.2", "urllib3==2.2.3")
RAY = ("ray==2.60.0", "virtualenv", "click==8.1.3", "requests==2.31.0", *SDK)
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",  # others of a busy machine go before Ray's own 15
    "RAY_worker_register_timeout_seconds": "180",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, runtime_side: Path) -> Place:
    """Return the workers' Python; Ray puts a folder of its own package on their path."""
    folder = tmp_path_factory.mktemp("ray") / "python"
    place = crowded(folder, runtime_side, "ray", *RAY, is_engine_first=True)
    (own,) = (o for site in place.sites for o in site.glob("ray/thirdparty_files"))
    return replace(place, sites={**place.sites, own: held(own)})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    """A running head, and where a worker's event goes that names no address itself."""

    address: str
    inbox: Inbox
    log: Path


def _pip_settings(shop: Workshop) -> dict[str, str]:
    """Have the ``pip`` on the path, which Ray takes for wheels, install what is locked."""
    folders = (shop.local()[-1], shop.parts.wheels[1].parent)
    return {
        **path_with(kept_python("engine-ray", *RAY).parent),
        "PIP_CONSTRAINT": str(shop.parts.requirements),
        "PIP_FIND_LINKS": " ".join(map(str, folders)),
        "PIP_NO_INDEX": "1",
    }


@pytest.fixture(scope="module")
def head(place: Place, shop: Workshop, tracker: Server) -> Iterator[_Head]:
    """Start a head, whose sockets need a short path; its workers have an address for events."""
    port = free_port()
    inbox = Inbox(tracker=tracker, project=tracker.add_project("the page on workers, Ray"))
    more = {**QUIET, **_pip_settings(shop), "SENTRY_DSN": inbox.dsn}
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        here = ("--node-ip-address", "127.0.0.1", "--port", str(port), "--temp-dir", folder)
        small = ("--num-cpus", "1", "--object-store-memory", "100000000")
        quiet = ("--include-dashboard", "false", "--disable-usage-stats")
        command = (place.python, "-m", "ray.scripts.scripts", "start", "--head", "--block")
        log = Path(folder, "log")
        with started(*command, *here, *small, *quiet, log=log, more=more):
            wait_for(lambda: is_listening(port) and "Ray runtime started" in log.read_text(), log)
            yield _Head(address=f"127.0.0.1:{port}", inbox=inbox, log=log)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Driver:
    """A program outside the cluster, which sends it the application and a task."""

    cell: Cell
    head: str
    form: str
    value: str
    path: Path

    def __call__(self, inbox: Inbox, is_stock: bool) -> str:
        """Run the program to its end; it has the application too, as on a developer's machine."""
        arguments = (self.head, self.form, self.value, self.cell.start, inbox.dsn)
        stock = ("stock",) if is_stock else ()
        program = (self.cell.place.python, WORKERS / "ray_driver.py", *arguments, *stock)
        more = {**QUIET, "PYTHONPATH": str(self.path)}
        return finished(*program, folder=self.path.parent, more=more)


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("slim", "task, script"),
        ("slim", "task, package"),
        ("slim", "RayIntegration"),
        ("alone", "task, script"),
        ("alone", "RayIntegration"),
    ],
)
def test_a_working_folder_lists_what_the_worker_imported(
    form: str, start: str, place: Place, head: _Head, field: Field
) -> None:
    """``working_dir`` brings the application with all that it needs, or alone.

    The driver has what it ships: ``RayIntegration`` sends parts of the driver's SDK with a task.
    """
    cell = field.cell("Ray, working_dir", form, place, start)
    path = cell.shipment.path
    driver = _Driver(cell=cell, head=head.address, form="working_dir", value=str(path), path=path)
    assert field.compare(cell, driver).faults() == {}


@pytest.mark.parametrize("form", ["py_modules", "pip"])
def test_an_installed_wheel_is_an_install(
    form: str, shop: Workshop, place: Place, head: _Head, field: Field
) -> None:
    """Ray installs a wheel with its metadata, and the worker's own distributions are there too."""
    wheel = str(shop.parts.wheels[0])
    listed = shop.parts.requirements.read_text(encoding="utf-8").splitlines()
    packages = {"packages": [*listed, *map(str, shop.parts.wheels)]}
    packages["pip_install_options"] = [*shop.local()]
    value = wheel if form == "py_modules" else json.dumps(packages)
    versions, path = field.shipments.versions, field.shipments.form("slim").path
    shipment = Shipment(name="wheel", path=path, versions=versions, is_install=True)
    cell = Cell(engine=f"Ray, {form}", shipment=shipment, place=place, start="task, package")
    driver = _Driver(cell=cell, head=head.address, form=form, value=value, path=path)
    assert field.compare(cell, driver).faults() == {}


def test_the_page_holds_for_ray(place: Place, head: _Head, worker_page: WorkerPage) -> None:
    """The set-up hook of the page starts Sentry on a worker that fails."""
    more = {**path_with(place.python.parent), **QUIET, "RAY_ADDRESS": head.address}
    finished(*worker_page.command(JOB), folder=worker_page.folder, more=more)
    wait_for(head.inbox.is_filled, head.log)
    assert worker_page.faults(head.inbox.tracker.events(head.inbox.project)[0].data) == {}


def test_an_interrupted_run_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C while a task runs ends the workers, which are daemons, and the head."""
    assert not interrupt_target("tests/engines/test_ray.py -k working", "ray::report", tmp_path)
