"""Applications whose modules are compiled by Cython or mypyc, or protected by PyArmor."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from demo.cache import kept_python
from demo.commands import run
from tests.layouts.servers import Host, Record, compare, hosts, started
from tests.layouts.shipped import START, Shipped, dependencies, make_project, ship

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("compiled"),
    pytest.mark.skipif(os.name == "nt", reason="a C compiler is expected"),
]

TOOLS = ("Cython==3.3.1", "mypy==2.4.1", "pyarmor==9.2.8", "setuptools==80.9.0")

HEAD = """\
[build-system]
requires = ["setuptools>=77", "hatch-sentry-modules"]
build-backend = "setuptools.build_meta"
[tool.sentry-modules]
[tool.setuptools]
package-dir = {"" = "src"}
"""

SETUP = {
    "Cython": """
from Cython.Build import cythonize
from setuptools import Extension, setup
setup(ext_modules=cythonize([Extension("fast.run", ["src/fast/run.py"])]))
""",
    "mypyc": """
from mypyc.build import mypycify
from setuptools import setup
options = ["--follow-imports=skip", "--ignore-missing-imports"]
setup(ext_modules=mypycify([*options, "src/fast/run.py"]))
""",
    "PyArmor": "from setuptools import setup\nsetup()\n",
}

SEND = "import fast.run, sentry_sdk; sentry_sdk.capture_message('x')"


@pytest.fixture(scope="module")
def tools() -> Path:
    """Make an environment with the compilers, and return its Python."""
    return kept_python("compilers", *TOOLS)


@pytest.mark.parametrize("tool", SETUP)
def test_a_compiled_module_reports_what_runs(
    tool: str, tools: Path, tmp_path: Path, record_property: Record
) -> None:
    """A caller without a Python frame finds the manifest of its package."""
    fast = _build(tool, tools, tmp_path)
    _check(f"{tool} build", fast, tmp_path, record_property)


def test_a_compiled_manifest_is_found(tools: Path, tmp_path: Path, record_property: Record) -> None:
    """A product that compiles the generated module as well, so that only an import can run it."""
    fast = _build("Cython", tools, tmp_path)
    source = fast.folder / "fast" / "_sentry_modules.py"
    cythonize = "from Cython.Build.Cythonize import main; main()"
    run(tools, "-c", cythonize, "--inplace", source)
    for left in (source, source.with_suffix(".c")):
        left.unlink()
    _check("Cython build, manifest too", fast, tmp_path, record_property)


def _build(tool: str, tools: Path, folder: Path) -> Shipped:
    place = dependencies("fast", "humanize==4.17.0")
    files = {"src/fast/__init__.py": "", "src/fast/run.py": START, "setup.py": SETUP[tool]}
    project = make_project(folder / "project", "fast", files, place, HEAD)
    (site,) = tools.parents[1].glob("lib/*/site-packages")
    fast = ship(project, place, folder, environment={"PYTHONPATH": str(site)})
    package = fast.folder / "fast"
    if tool == "PyArmor":
        run(tools, "-m", "pyarmor.cli", "gen", "-O", folder / "out", "-r", package)
        shutil.rmtree(package)
        shutil.copytree(folder / "out", fast.folder, dirs_exist_ok=True)
    else:
        (package / "run.py").unlink()
    return fast


def _check(label: str, fast: Shipped, folder: Path, record: Record) -> None:
    def send(host: Host, way: str) -> object:
        place = folder / f"{host.name}-{way}"
        with started(place, fast, host, ("-c", SEND), {"WAY": way}) as process:
            return process.event()

    for host in hosts(folder):
        compare(label, fast, host, partial(send, host), record)
