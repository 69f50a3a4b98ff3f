"""What does freezing add to a build?

The sample application is built with and without this tool: by hatchling alone; by ``python -m
build`` with hatchling and with setuptools, and by ``uv build``, where the isolated environment is
made, filled from local files and used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measuring import ROOT, Job, Promise, Report, Setting, at_most, find, pinned
from demo.cache import kept_python, python_of

BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
HOOK = {
    "hatchling": "[tool.hatch.build.hooks.sentry-modules]\n",
    "setuptools": "[tool.sentry-modules]\n",
}
WITHOUT, WITH = "without the hook", "with the hook"
UV = "uv==0.13.9"

# What is promised, against the same build without the hook.
LONGEST = {
    "hatchling, no isolation": 1.15,
    "python -m build, hatchling": 1.10,
    "python -m build, setuptools": 1.10,
    "uv build, hatchling": 1.05,
}


def measure(setting: Setting) -> Report:
    """Build in each way, with and without the hook."""
    wheels = fill(setting.folder / "wheels")
    python = install(setting.folder / "environment", wheels, "hatchling", "hatch-sentry-modules")
    rows = setting.measure(_jobs(setting.folder, wheels, python))
    promises = [
        _promise(case, find(rows, case, None, WITH), find(rows, case, None, WITHOUT))
        for case in LONGEST
    ]
    found = [wheel.name.split("-")[:2] for wheel in wheels.glob("*.whl")]
    versions = {name: version for name, version in found if name in BACKENDS}
    return Report(rows=rows, promises=promises, versions=versions | dict(pinned([UV])))


def _promise(case: str, frozen: Mapping[str, float], without: Mapping[str, float]) -> Promise:
    return at_most(f"{case}: of the same without the hook", LONGEST[case], frozen, without)


def _jobs(folder: Path, wheels: Path, python: Path) -> Iterator[Job]:
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
    for way in (WITHOUT, WITH):
        projects = {
            backend: _lay_out(folder / f"{backend} {way}", backend, is_frozen=way == WITH)
            for backend in BACKENDS
        }
        to = ("--wheel", "--outdir", folder / "dist")
        commands: dict[str, tuple[str | Path, ...]] = {
            "hatchling, no isolation": (python, "-m", "hatchling", "build", "-t", "wheel"),
            "python -m build, hatchling": (sys.executable, "-m", "build", *to),
            "python -m build, setuptools": (sys.executable, "-m", "build", *to),
            "uv build, hatchling": (uv, "build", "--wheel", "--out-dir", folder / "dist"),
        }
        for case, command in commands.items():
            project = projects["setuptools" if case.endswith("setuptools") else "hatchling"]
            yield Job(case=case, way=way, command=command, folder=project, more=more, rounds=5)


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


def fill(folder: Path) -> Path:
    """Put all that the builds install into a folder, so that no network is measured."""
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([*wheel, *BACKENDS, str(ROOT)], check=True)
    return folder


def install(folder: Path, wheels: Path, *names: str) -> Path:
    """Make a virtual environment from the wheels, and return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = python_of(folder)
    options = ("--quiet", "--no-index", "--find-links", str(wheels))
    subprocess.run([python, "-m", "pip", "install", *options, *names], check=True)
    return python
