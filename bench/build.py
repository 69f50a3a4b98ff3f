"""What does freezing add to a build?

The sample application is built with and without this tool: by hatchling alone; by ``python -m
build`` with hatchling and with setuptools, and by ``uv build``, where the isolated environment is
made, filled from local files and used.

Before hatchling calls any hook that is installed, it looks through all that is installed. So its
builds are compared with one whose hook does nothing: that one has 1.06 times the instructions of a
``uv build`` without a hook, and 1.03 times those of ``python -m build``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measuring import ROOT, Job, Report, Setting, at_most, find, pinned
from demo.cache import kept_python, python_of

BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
HOOK = {
    "hatchling": "[tool.hatch.build.hooks.sentry-modules]\n",
    "setuptools": "[tool.sentry-modules]\n",
}
WITHOUT, WITH = "without the hook", "with the hook"
IDLE = "with a hook that does nothing"
UV = "uv==0.13.9"

# What each way to build is compared with, and what is promised against that.
ALONE = "hatchling, no isolation"
BY_UV = "uv build, hatchling"
BY_PIP = "python -m build, hatchling"
BY_PIP_WITH_SETUPTOOLS = "python -m build, setuptools"
LONGEST = {
    ALONE: (IDLE, 1.15),
    BY_UV: (IDLE, 1.15),
    BY_PIP: (IDLE, 1.10),
    BY_PIP_WITH_SETUPTOOLS: (WITHOUT, 1.10),
}

IDLE_FILES = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "hook-that-does-nothing"
version = "1.0"
[project.entry-points.hatch]
idle = "idle"
[tool.hatch.build.targets.wheel]
include = ["idle.py"]
""",
    "idle.py": """\
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl
class Idle(BuildHookInterface):
    PLUGIN_NAME = "idle"
@hookimpl
def hatch_register_build_hook():
    return Idle
""",
}
IDLE_HOOK = "[tool.hatch.build.hooks.idle]\n"


def measure(setting: Setting) -> Report:
    """Build in each way, with and without the hook."""
    idle = setting.folder / "idle"
    idle.mkdir()
    for name, text in IDLE_FILES.items():
        (idle / name).write_text(text, encoding="utf-8")
    wheels = fill(setting.folder / "wheels", idle)
    jobs = [*_alone(setting.folder, wheels), *_isolated(setting.folder, wheels)]
    rows = setting.measure(jobs)
    promises = [
        at_most(
            f"{case}: of the same {other}",
            limit,
            *(find(rows, case, None, way) for way in (WITH, other)),
        )
        for case, (other, limit) in LONGEST.items()
    ]
    found = [wheel.name.split("-")[:2] for wheel in wheels.glob("*.whl")]
    versions = {name: version for name, version in found if name in BACKENDS}
    return Report(rows=rows, promises=promises, versions=versions | dict(pinned([UV])))


def _alone(folder: Path, wheels: Path) -> Iterator[Job]:
    """Build by hatchling in its own environment, which has no more than each way needs."""
    python = install(folder / "environment", wheels, "hatchling", "hook-that-does-nothing")
    ours = install(folder / "environment with ours", wheels, "hatchling", "hatch-sentry-modules")
    for way, interpreter, hook in (
        (WITHOUT, python, ""),
        (IDLE, python, IDLE_HOOK),
        (WITH, ours, HOOK["hatchling"]),
    ):
        project = _lay_out(folder / f"alone {way}", "hatchling", hook)
        command = (interpreter, "-m", "hatchling", "build", "-t", "wheel")
        yield Job(case=ALONE, way=way, command=command, folder=project)


def _isolated(folder: Path, wheels: Path) -> Iterator[Job]:
    more = {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": os.devnull,
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON": sys.executable,
    }
    uv = kept_python("bench-uv", UV).with_name("uv")
    build = (sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist")
    uv_build = (uv, "build", "--wheel", "--out-dir", folder / "dist")
    for case, command in ((BY_UV, uv_build), (BY_PIP, build), (BY_PIP_WITH_SETUPTOOLS, build)):
        backend = case.rpartition(" ")[2]
        hooks = {WITHOUT: "", IDLE: IDLE_HOOK, WITH: HOOK[backend]}
        for way in dict.fromkeys((WITHOUT, LONGEST[case][0], WITH)):
            project = _lay_out(folder / f"{case} {way}", backend, hooks[way])
            yield Job(case=case, way=way, command=command, folder=project, more=more)


def _lay_out(folder: Path, backend: str, hook: str) -> Path:
    """Copy the sample application, for a build backend and with the table of a hook."""
    shutil.copytree(ROOT / "fixtures" / "storefront", folder)
    path = folder / "pyproject.toml"
    text = path.read_text(encoding="utf-8").replace(HOOK["hatchling"], "")
    project = text[text.index("[project]") :]
    ours = {HOOK[backend]: ["hatch-sentry-modules"], IDLE_HOOK: ["hook-that-does-nothing"]}
    requires = [backend, *ours.get(hook, [])]
    system = f'[build-system]\nrequires = {requires}\nbuild-backend = "{BACKENDS[backend]}"\n'
    path.write_text(system + hook + project, encoding="utf-8")
    return folder


def fill(folder: Path, *more: Path) -> Path:
    """Put all that the builds install into a folder, so that no network is measured."""
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([*wheel, *BACKENDS, str(ROOT), *map(str, more)], check=True)
    return folder


def install(folder: Path, wheels: Path, *names: str) -> Path:
    """Make a virtual environment from the wheels, and return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = python_of(folder)
    # Before Python 3.12 an environment has an old setuptools, which would be kept.
    options = ("--quiet", "--upgrade", "--no-index", "--find-links", str(wheels))
    subprocess.run([python, "-m", "pip", "install", *options, *names], check=True)
    return python
