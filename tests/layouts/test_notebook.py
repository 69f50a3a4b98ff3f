"""A notebook whose kernel is started by Jupyter's own client."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.layouts.servers import Host, Record, compare, hosts, started
from tests.layouts.shipped import START, Shipped, dependencies, make_project, ship

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebook")]

HEAD = """\
[build-system]
requires = ["hatchling", "hatch-sentry-modules"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.sentry-modules]
"""

KERNEL = ("ipykernel==7.4.0", "nbclient==0.11.0")

CELLS = (START, "import study, humanize\nsentry_sdk.capture_message('from a cell')")

EXECUTE = f"""\
import nbclient, nbformat
cells = [nbformat.v4.new_code_cell(text) for text in {CELLS!r}]
nbclient.NotebookClient(nbformat.v4.new_notebook(cells=cells)).execute()
"""


def test_a_cell_reports_what_runs(tmp_path: Path, record_property: Record) -> None:
    """A cell has no package around it, and the kernel is no part of the application."""
    place = dependencies("fast", "humanize==4.17.0")
    files = {"study/__init__.py": ""}
    study = ship(make_project(tmp_path / "p", "study", files, place, HEAD), place, tmp_path)

    def send(host: Host, way: str) -> object:
        return _execute(study, host, tmp_path / f"{host.name}-{way}", way)

    for host in hosts(tmp_path, *KERNEL):
        compare("notebook", study, host, partial(send, host), record_property)


def _execute(study: Shipped, host: Host, place: Path, way: str) -> object:
    with started(place, study, host, ("-c", EXECUTE), {"WAY": way}) as process:
        return process.event()
