"""What does it cost who does not use it: a build that configures nothing, an application's start?

Each is measured in an environment without this project, and in the same with it.
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
SETUPTOOLS, BUNDLE, IMPORT = "setuptools build", "PyInstaller build", "import sentry_sdk"
PROJECT = '[project]\nname = "plain"\nversion = "1.0"\n'
BUILD = "from setuptools import build_meta; build_meta.build_wheel('dist')"


def measure(setting: Setting) -> Report:
    """Measure all three without and with this project."""
    rows = setting.measure(_jobs(setting.folder))
    promises = [
        at_most(
            f"{case}: of the same without this project",
            MOST,
            *(find(rows, case, None, way) for way in (WITH, WITHOUT)),
        )
        for case in (SETUPTOOLS, BUNDLE, IMPORT)
    ]
    versions = dict(pinned([PYINSTALLER]))
    return Report(rows=rows, promises=promises, versions=versions)


def _jobs(folder: Path) -> Iterator[Job]:
    wheels = fill(folder / "wheels")
    options = ("--quiet", "--no-deps", "--target", folder / "ours")
    run((sys.executable, "-m", "pip", "install", *options, ROOT, ROOT / "runtime"), folder)
    pyinstaller = kept_python("bench-unrelated", PYINSTALLER, "packaging==26.4")
    sdk = kept_python("bench-sdk", f"sentry-sdk=={SDK}")
    for way in (WITHOUT, WITH):
        place = folder / way
        (place / "plain").mkdir(parents=True)
        (place / "plain" / "__init__.py").touch()
        (place / "plain.py").touch()
        (place / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
        python = install(place / "environment", wheels, "setuptools", *_OURS[way])
        ours = {"PYTHONPATH": str(folder / "ours")} if way == WITH else {}
        bundle = (
            pyinstaller,
            "-m",
            "PyInstaller",
            "--noconfirm",
            "--clean",
            "--log-level",
            "WARN",
            "plain.py",
        )
        more = {**ours, "PYINSTALLER_CONFIG_DIR": str(place / "configuration")}
        yield Job(case=SETUPTOOLS, way=way, command=(python, "-c", BUILD), folder=place)
        yield Job(case=BUNDLE, way=way, command=bundle, folder=place, more=more, rounds=1)
        yield Job(case=IMPORT, way=way, command=(sdk, "-c", IMPORT), folder=place, more=ours)


_OURS = {WITHOUT: (), WITH: ("hatch-sentry-modules",)}
