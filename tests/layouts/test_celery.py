"""Celery workers that fork, with tasks from a broker in the file system."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from demo.commands import run
from tests.layouts.servers import Host, Record, compare, hosts, started
from tests.layouts.shipped import START, Shipped, dependencies, installed, make_project, ship

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("celery"),
    pytest.mark.skipif(os.name == "nt", reason="its workers fork"),
]

HEAD = """\
[build-system]
requires = ["hatchling", "hatch-sentry-modules"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.sentry-modules]
"""

TASKS = """\
import os
from celery import Celery, signals
from jobs import monitoring

queue = os.environ["QUEUE"]
app = Celery("jobs", broker="filesystem://")
app.conf.broker_transport_options = {
    "data_folder_in": queue, "data_folder_out": queue, "control_folder": queue + "/control"
}
started = signals.celeryd_init if os.environ["WHERE"] == "parent" else signals.worker_process_init
started.connect(lambda **_: monitoring.start(), weak=False)

@app.task
def fail():
    import humanize, sentry_sdk
    try:
        raise ValueError(humanize.intcomma(1000))
    except ValueError:  # Celery's integration reports no task of a child that is set up so late
        sentry_sdk.capture_exception()
        raise
"""

FILES = {
    "jobs/__init__.py": "",
    "jobs/monitoring.py": "def start():\n" + "".join(f"    {x}\n" for x in START.splitlines()),
    "jobs/tasks.py": TASKS,
}


@pytest.fixture(scope="module")
def place() -> Path:
    """Install Celery as the lock file has it."""
    return dependencies("celery", "celery==5.7.0", "humanize==4.17.0")


@pytest.mark.parametrize("where", ["parent", "child"])
@pytest.mark.parametrize("is_alone", [False, True], ids=["slim", "alone"])
def test_a_failing_task_reports_what_runs(
    place: Path, where: str, is_alone: bool, tmp_path: Path, record_property: Record
) -> None:
    """The event lists what the worker imports, from the folder or from its own Python."""
    project = make_project(tmp_path / "project", "jobs", FILES, place, HEAD)
    jobs = ship(project, place, tmp_path, left_out=installed(place) if is_alone else ())

    def send(host: Host, way: str) -> object:
        folder = tmp_path / f"{host.name}-{way}"
        more = {"WAY": way, "WHERE": where, "QUEUE": str(tmp_path / f"queue-{host.name}-{way}")}
        return _work(jobs, host, folder, more)

    label = f"Celery, {'application alone' if is_alone else 'slim folder'}, in the {where}"
    for host in list(hosts(tmp_path))[is_alone:]:  # a clean one has no Celery of its own
        compare(label, jobs, host, partial(send, host), record_property)


def _work(jobs: Shipped, host: Host, folder: Path, more: dict[str, str]) -> object:
    Path(more["QUEUE"]).mkdir()
    options = ("--pool", "prefork", "--concurrency", "1", "--without-mingle", "--without-gossip")
    worker = ("-m", "celery", "-A", "jobs.tasks", "worker", *options, "--without-heartbeat")
    with started(folder, jobs, host, worker, more) as process:
        path = {"PYTHONPATH": f"{jobs.folder}:{folder}"}
        send = "from jobs.tasks import fail; fail.delay()"
        run(host.python, "-c", send, more={**more, **path})
        return process.event()
