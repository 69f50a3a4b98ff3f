"""What does freezing add to a build?

The sample application is built by ``python -m build`` with hatchling and with setuptools, with
and without this tool, as whole processes: the isolated environment is made, filled from local
files and used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measuring import ROOT, Call, Promise, Report, Row, Setting, median_of, run, take_turns

# What is promised, in processor time against the same build without this tool.
LONGEST = 1.10

BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
HOOK = {
    "hatchling": "[tool.hatch.build.hooks.sentry-modules]\n",
    "setuptools": "[tool.sentry-modules]\n",
}
WITHOUT, WITH = "without the hook", "with the hook"


def measure(setting: Setting) -> Report:
    """Build with each backend, with and without the hook."""
    wheels = setting.folder / "wheels"
    _fill(wheels)
    more = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
    command = (sys.executable, "-m", "build", "--wheel", "--outdir", setting.folder / "dist")
    calls: list[Call] = []
    for backend in BACKENDS:
        for way in (WITHOUT, WITH):
            project = _lay_out(setting.folder / f"{backend} {way}", backend, is_frozen=way == WITH)
            calls.append(_building(command, project, more, backend, way))
    rows = take_turns((setting.rounds(9), call) for call in calls)
    found = [wheel.name.split("-")[:2] for wheel in wheels.glob("*.whl")]
    versions = {name: version for name, version in found if name in BACKENDS}
    return Report(rows=rows, promises=list(_promises(rows)), versions=versions)


def _building(
    command: tuple[str | Path, ...], project: Path, more: dict[str, str], backend: str, way: str
) -> Call:
    return lambda: run(command, project, more).measures(backend, None, way)


def _lay_out(folder: Path, backend: str, *, is_frozen: bool) -> Path:
    """Copy the sample application with a build backend, with this tool or without it."""
    shutil.copytree(ROOT / "fixtures" / "storefront", folder)
    path = folder / "pyproject.toml"
    text = path.read_text(encoding="utf-8").replace(HOOK["hatchling"], "")
    project = text[text.index("[project]") :]
    requires = [backend, "hatch-sentry-modules"] if is_frozen else [backend]
    system = f'[build-system]\nrequires = {requires}\nbuild-backend = "{BACKENDS[backend]}"\n'
    path.write_text(system + (HOOK[backend] if is_frozen else "") + project, encoding="utf-8")
    return folder


def _fill(folder: Path) -> None:
    """Put all that the builds install into a folder, so that no network is measured."""
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([*wheel, *BACKENDS, str(ROOT)], check=True)


def _promises(rows: list[Row]) -> Iterator[Promise]:
    for backend in BACKENDS:
        without, frozen = (
            median_of(rows, backend, None, way, "processor ms") for way in (WITHOUT, WITH)
        )
        text = f"a build with {backend}: of the same without the hook"
        yield Promise(text=text, value=frozen / without, limit=LONGEST)
