"""Spark's executors under a standalone master and worker; run where TEST_ENGINES is set."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from demo.bundles import bare_python, install
from demo.cache import kept_python
from demo.server import Server
from tests.bundles.workshop import Workshop
from tests.engines.cells import Cell, Inbox, ask
from tests.engines.conftest import Field
from tests.engines.interruption import interrupt_target
from tests.engines.marks import large
from tests.engines.processes import finished, free_port, is_listening, started, wait_for
from tests.engines.pythons import Place, crowded
from tests.engines.shipments import WORKERS, Shipment
from tests.engines.worker_page import SPARK as JOB
from tests.engines.worker_page import WorkerPage, path_with

pytestmark = [
    *large("spark"),
    pytest.mark.skipif(not shutil.which("java"), reason="Spark needs Java 17 or newer"),
]

SPARK = "pyspark==4.3.0"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, runtime_side: Path) -> Place:
    """Return the workers' Python."""
    return crowded(tmp_path_factory.mktemp("spark") / "python", runtime_side, "spark", SPARK)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spark:
    """Spark's own programs, and the master that is running."""

    home: Path
    folder: Path
    port: int = 0

    def settings(self) -> dict[str, str]:
        """Return what each program needs in its environment to stay on loopback."""
        folders = {
            name: str(self.folder / name) for name in ("LOCAL_DIRS", "WORKER_DIR", "LOG_DIR")
        }
        local = {"LOCAL_IP": "127.0.0.1", "LOCAL_HOSTNAME": "127.0.0.1", "HOME": str(self.home)}
        return {f"SPARK_{name}": value for name, value in {**folders, **local}.items()}

    @property
    def master(self) -> str:
        """The address of the master."""
        return f"spark://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Spark]:
    """Start a master and a worker, each a process of its own."""
    (home,) = kept_python("engine-spark", SPARK).parents[1].glob("lib/*/site-packages/pyspark")
    folder, port = tmp_path_factory.mktemp("cluster"), free_port()
    running = _Spark(home=home, folder=folder, port=port)
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    deploy = (home / "bin" / "spark-class", "org.apache.spark.deploy")
    master = (deploy[0], f"{deploy[1]}.master.Master", *here, "--port", str(port))
    worker = (deploy[0], f"{deploy[1]}.worker.Worker", *here, "--cores", "1", "--memory", "1g")
    more, log = running.settings(), folder / "log"
    with started(*master, log=log, more=more):
        wait_for(lambda: is_listening(port), log)
        with started(*worker, running.master, log=log, more=more):
            wait_for(lambda: "Successfully registered" in log.read_text(), log)
            yield running


@dataclass(frozen=True, kw_only=True, slots=True)
class _Submission:
    """A program that is submitted with the application beside it."""

    cell: Cell
    spark: _Spark
    python: str

    def __call__(self, inbox: Inbox, is_stock: bool) -> str:
        """Run the program to its end, with Python workers that nobody used before."""
        stock = ("stock",) if is_stock else ()
        path, way = self.cell.shipment.path, self.cell.start
        shipped = ("--archives", f"{path}#env") if path.suffix == ".gz" else ("--py-files", path)
        settings = {
            "spark.pyspark.python": self.python,
            "spark.pyspark.driver.python": str(kept_python("engine-spark", SPARK)),
            "spark.python.worker.reuse": "false",
            "spark.executor.memory": "512m",
            "spark.ui.enabled": "false",
            "spark.task.maxFailures": "1",
            "spark.executorEnv.SENTRY_DSN": inbox.dsn,
            "spark.executorEnv.TALLY_STOCK_SDK": "".join(stock),
        }
        if way == "daemon":
            settings["spark.python.daemon.module"] = "sentry_daemon"
            settings["spark.executorEnv.PYTHONPATH"] = str(WORKERS)
        options = [part for item in settings.items() for part in ("--conf", "=".join(item))]
        submit = (self.spark.home / "bin" / "spark-submit", "--master", self.spark.master)
        program = (WORKERS / "spark_job.py", way, inbox.dsn, *stock)
        command = (*submit, "--driver-memory", "512m", *options, *shipped, *program)
        return finished(*command, folder=self.spark.folder, more=self.spark.settings())


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("slim", "task, script"),
        ("slim", "task, package"),
        ("alone", "task, script"),
        ("alone", "task, package"),
        ("full", "task, package"),
    ],
)
def test_an_event_lists_what_the_worker_imported(
    form: str, start: str, place: Place, spark: _Spark, field: Field
) -> None:
    """``--py-files`` in each form, with Sentry in the script and in the package."""
    submission = _with_files(form, start, place, spark, field)
    assert field.compare(submission.cell, submission).faults() == {}


@pytest.mark.parametrize("form", ["slim", "alone"])
def test_the_sdk_hears_nothing_in_a_daemon(
    form: str, place: Place, spark: _Spark, field: Field
) -> None:
    """Its integration takes the place of a name that PySpark 4.3 no longer asks for."""
    submission = _with_files(form, "daemon", place, spark, field)
    with pytest.raises(AssertionError, match=r"the server holds 0 events; failed as it should"):
        field.compare(submission.cell, submission)


def _with_files(form: str, start: str, place: Place, spark: _Spark, field: Field) -> _Submission:
    shipment = field.shipments.form(f"{form}.zip")
    shipment = replace(shipment, name=f"--py-files, {shipment.name}")
    cell = Cell(engine="Spark", shipment=shipment, place=place, start=start)
    return _Submission(cell=cell, spark=spark, python=str(place.python))


def test_a_packed_environment_is_an_install(shop: Workshop, spark: _Spark, field: Field) -> None:
    """``--archives`` brings a Python of its own, with the application installed."""
    folder = field.folder / "environment"
    install(shop.parts, *shop.local(), python=bare_python(folder))
    with tarfile.open(field.folder / "environment.tar.gz", "w:gz") as archive:
        archive.add(folder, arcname=".")
    versions = field.shipments.versions
    path = field.folder / "environment.tar.gz"
    shipment = Shipment(name="--archives", path=path, versions=versions, is_install=True)
    place = Place(python=folder, sites={})
    cell = Cell(engine="Spark", shipment=shipment, place=place, start="task, package")
    submission = _Submission(cell=cell, spark=spark, python="./env/bin/python")
    assert field.compare(cell, submission).faults() == {}


def test_the_page_holds_for_spark(
    place: Place, spark: _Spark, worker_page: WorkerPage, tracker: Server, tmp_path: Path
) -> None:
    """The program of the page starts Sentry on the worker that fails."""

    def send(inbox: Inbox, _: bool) -> str:
        settings = {
            "spark.master": spark.master,
            "spark.pyspark.python": str(place.python),
            "spark.pyspark.driver.python": str(kept_python("engine-spark", SPARK)),
            "spark.executor.memory": "512m",
            "spark.executorEnv.SENTRY_DSN": inbox.dsn,
        }
        lines = "\n".join(" ".join(item) for item in settings.items())
        (tmp_path / "spark-defaults.conf").write_text(lines, encoding="utf-8")
        more = {
            **spark.settings(),
            **path_with(spark.home / "bin"),
            "SPARK_CONF_DIR": str(tmp_path),
        }
        return finished(*worker_page.command(JOB), folder=worker_page.folder, more=more)

    assert worker_page.faults(ask(tracker, "the page on workers, Spark", send)) == {}


def test_an_interrupted_run_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C while a task runs ends the executor, its Python, the worker and the master."""
    tests = "tests/engines/test_spark.py -k page"
    assert not interrupt_target(tests, "CoarseGrainedExecutorBackend", tmp_path)
