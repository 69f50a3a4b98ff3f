"""Beam's direct runner, and worker processes behind its portable local one.

Run where TEST_ENGINES is set.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.bundles import pip
from demo.cache import kept_python
from tests.bundles.workshop import Workshop
from tests.engines.cells import Cell, Inbox
from tests.engines.conftest import Field
from tests.engines.marks import large
from tests.engines.processes import finished, free_port, is_listening, started, wait_for
from tests.engines.pythons import Place, crowded
from tests.engines.shipments import TALLY, WORKERS, Shipment

pytestmark = large("beam")

BEAM = ("apache-beam==2.77.0", "setuptools", "wheel")
"""Beam, and what builds an application of which a worker gets the sources."""

SETUP = """
from setuptools import setup

setup(name="tally", version="3.1.0", package_dir={"": "src"}, packages=["tally"])
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, runtime_side: Path) -> Place:
    """Return the workers' Python."""
    folder = tmp_path_factory.mktemp("beam") / "python"
    return crowded(folder, runtime_side, "beam", *BEAM, is_engine_first=True)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, place: Place) -> Iterator[tuple[str, ...]]:
    """Start a job service, and a pool that starts the workers; return a driver's options."""
    folder = tmp_path_factory.mktemp("beam-runner")
    boot, log = folder / "boot", folder / "log"
    command = f"{place.python} {WORKERS / 'beam_boot.py'}"
    boot.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    boot.chmod(0o755)
    jobs, workers = str(free_port()), str(free_port())
    service = ("apache_beam.runners.portability.local_job_service_main", "--port", jobs)
    pool = ("apache_beam.runners.worker.worker_pool_main", "--service_port", workers)
    python = (kept_python("engine-beam", *BEAM), "-m")
    with (
        started(*python, *service, log=log),
        started(*python, *pool, "--container_executable", boot, log=log),
    ):
        wait_for(lambda: is_listening(int(jobs)) and is_listening(int(workers)), log)
        external = ("--environment_type=EXTERNAL", f"--environment_config=localhost:{workers}")
        yield ("--runner=PortableRunner", f"--job_endpoint=localhost:{jobs}", *external)


def _wheels(shop: Workshop, folder: Path) -> list[Path]:
    """Return a wheel of the application and of each distribution that it needs, as locked."""
    pip("wheel", "-q", "--no-deps", "--wheel-dir", folder, *shop.local(), *shop.contents())
    return sorted(folder.glob("*.whl"))


@pytest.mark.parametrize("form", ["--extra_package", "--setup_file"])
def test_an_installed_package_is_an_install(
    form: str, shop: Workshop, place: Place, runner: tuple[str, ...], field: Field
) -> None:
    """The worker installs what the pipeline was given, and its events list all it can import."""
    wheels = _wheels(shop, field.folder / "wheels")
    given: tuple[str | Path, ...] = ()
    if form == "--setup_file":
        wheels = [wheel for wheel in wheels if not wheel.name.startswith(f"{TALLY.name}-")]
        shutil.copytree(TALLY.folder / "src", field.folder / "project" / "src")
        (setup := field.folder / "project" / "setup.py").write_text(SETUP, encoding="utf-8")
        given = ("--setup_file", setup)
    given = (*given, *(part for wheel in wheels for part in ("--extra_package", wheel)))
    path, versions = field.shipments.form("slim").path, field.shipments.versions
    shipment = Shipment(name=form, path=path, versions=versions, is_install=True)
    cell = Cell(
        engine="Beam, portable runner", shipment=shipment, place=place, start="task, package"
    )
    program = (kept_python("engine-beam", *BEAM), WORKERS / "beam_driver.py")

    def send(inbox: Inbox, is_stock: bool) -> str:
        arguments = (inbox.dsn, "stock" if is_stock else "", *runner, *given)
        return finished(*program, *arguments, folder=field.folder)

    assert field.compare(cell, send).faults() == {}


@pytest.mark.parametrize("form", ["slim.zip", "alone.zip"])
def test_the_direct_runner_lists_what_it_imported(form: str, place: Place, field: Field) -> None:
    """A thread of the program that submits the pipeline lists the application as it runs."""
    cell = field.cell("Beam, direct runner", form, place, "task, package")
    program = (place.python, WORKERS / "beam_driver.py")
    more = {"PYTHONPATH": str(cell.shipment.path)}

    def send(inbox: Inbox, is_stock: bool) -> str:
        arguments = (inbox.dsn, "stock" if is_stock else "", "--runner=DirectRunner")
        return finished(*program, *arguments, folder=field.folder, more=more)

    assert field.compare(cell, send).faults() == {}
