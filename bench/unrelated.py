"""What does it cost who does not use it: a build that configures nothing, an application's start?

Each is measured in an environment without this project, and in the same with it. setuptools reads
the entry points of all that is installed again and again; so a build by it is compared with one
where this project is installed and its entrance does nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sentry_sdk.consts import VERSION as SDK

from bench.build import fill, install
from bench.measuring import ROOT, Job, Report, Setting, at_most, find, pinned
from bench.running import run
from demo.bundles import PYINSTALLER
from demo.cache import kept_python

# What is promised, against the same without this project.
MOST = 1.005

WITHOUT, WITH = "not installed", "installed"
IDLE = "installed, its entrance empty"
IDLE_ENTRANCE = "def finalize_distribution_options(distribution):\n    pass\n"
SETUPTOOLS, BUNDLE, IMPORT = "setuptools build", "PyInstaller analysis", "import sentry_sdk"
PROJECT = """\
[project]
name = "plain"
version = "1.0"
[tool.setuptools]
packages = ["plain"] # other folders stand beside it
"""
ANALYSIS = """\
import sys
from PyInstaller.compat import PY3_BASE_MODULES
Analysis(["plain.py"], excludes=[*(sys.stdlib_module_names - PY3_BASE_MODULES)])
"""
"""The part of a PyInstaller build that asks for other people's hooks, with as little as it can do
without: what reading the standard library takes would hide what a hook adds."""
BUILD = "from setuptools import build_meta; build_meta.build_wheel('dist')"


def measure(setting: Setting) -> Report:
    """Measure all three without and with this project."""
    rows = setting.measure(_jobs(setting.folder))
    promises = [
        at_most(
            f"{case}: of the same, {other}",
            MOST,
            *(find(rows, case, None, way) for way in (WITH, other)),
        )
        for case, other in ((SETUPTOOLS, IDLE), (BUNDLE, WITHOUT), (IMPORT, WITHOUT))
    ]
    versions = dict(pinned([PYINSTALLER]))
    return Report(rows=rows, promises=promises, versions=versions)


def _jobs(folder: Path) -> Iterator[Job]:
    wheels = fill(folder / "wheels")
    options = ("--quiet", "--no-deps", "--target", folder / "ours")
    run((sys.executable, "-m", "pip", "install", *options, ROOT, ROOT / "runtime"), folder)
    pyinstaller = kept_python("bench-unrelated", PYINSTALLER, "packaging==26.4")
    sdk = kept_python("bench-sdk", f"sentry-sdk=={SDK}")
    (folder / "nothing").mkdir()
    for way in (WITHOUT, IDLE, WITH):
        place = folder / way
        (place / "plain").mkdir(parents=True)
        (place / "plain" / "__init__.py").touch()
        (place / "plain.py").touch()
        (place / "plain.spec").write_text(ANALYSIS, encoding="utf-8")
        (place / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
        python = install(place / "environment", wheels, "setuptools", *_OURS[way])
        yield Job(case=SETUPTOOLS, way=way, command=(python, "-c", BUILD), folder=place)
        if way == IDLE:
            (packages,) = python.parents[1].glob("lib/python*/site-packages")
            entrance = packages / "hatch_sentry_modules" / "backends" / "setuptools.py"
            entrance.write_text(IDLE_ENTRANCE, encoding="utf-8")
            continue
        # A folder more on the path makes each import slower, whatever it holds.
        ours = {"PYTHONPATH": str(folder / ("ours" if way == WITH else "nothing"))}
        bundle = (pyinstaller, "-m", "PyInstaller", "--clean", "--log-level", "WARN", "plain.spec")
        more = {**ours, "PYINSTALLER_CONFIG_DIR": str(place / "configuration")}
        yield Job(case=BUNDLE, way=way, command=bundle, folder=place, more=more)
        yield Job(case=IMPORT, way=way, command=(sdk, "-c", IMPORT), folder=place, more=ours)


_OURS = {WITHOUT: (), IDLE: ("hatch-sentry-modules",), WITH: ("hatch-sentry-modules",)}
