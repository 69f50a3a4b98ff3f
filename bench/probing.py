"""Where ``probe.py`` runs: beside a copy of the run-time side, or in a PyInstaller bundle."""

from __future__ import annotations

import compileall
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sentry_sdk.consts import VERSION as SDK

from bench import sample
from bench.measuring import ROOT, Job
from bench.running import run
from demo.bundles import PYINSTALLER
from demo.cache import kept_python

PROBE = Path(__file__).with_name("probe.py")
EXCLUDED = ["pkg_resources"]
"""It lists what there is when it is imported, so a bundle with it loads the manifest at its start,
and the first event would wait for nothing. The newest setuptools has it no more."""

SPECIFICATION = """\
modules = ("_sentry_modules", "bare")
hidden = [f"{{package}}.{{module}}" for package in {packages} for module in modules]
analysis = Analysis(["probe.py"], pathex={path}, hiddenimports=hidden, excludes={excluded})
program = EXE(PYZ(analysis.pure), analysis.scripts, name="probe", exclude_binaries=True)
COLLECT(program, analysis.binaries, analysis.datas, name="probe")
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """How ``probe.py`` is started, and in which folder."""

    command: tuple[str, ...]
    folder: Path
    more: dict[str, str]

    def job(
        self, what: str, *arguments: object, case: str, size: int | None, is_counted: bool = True
    ) -> Job:
        """Return a job that takes one measurement, in a fresh process."""
        return Job(
            case=case,
            size=size,
            command=(*self.command, what, *map(str, arguments)),
            folder=self.folder,
            more=self.more,
            is_probe=True,
            is_counted=is_counted,
        )


def with_python(folder: Path) -> Probe:
    """Put a compiled copy of the run-time side beside the probe, as installing it does."""
    shutil.copytree(ROOT / "runtime" / "sentry_modules", folder / "sentry_modules")
    shutil.copy(PROBE, folder)
    compileall.compile_dir(folder, quiet=1)
    command = (sys.executable, str(folder / PROBE.name))
    return Probe(command=command, folder=folder, more={"PYTHONPATH": str(folder)})


def in_bundle(folder: Path, sizes: Iterable[int]) -> Probe:
    """Let PyInstaller build a program of the probe with the applications of all sizes."""
    python = kept_python("bench-probe", PYINSTALLER, f"sentry-sdk=={SDK}")
    with_python(folder)
    path = [str(folder), *(str(sample.lay_out(folder / f"size{n}", n)) for n in sizes)]
    packages = [sample.name(size) for size in sizes]
    text = SPECIFICATION.format(packages=packages, path=path, excluded=EXCLUDED)
    (folder / "probe.spec").write_text(text, encoding="utf-8")
    build = (python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "probe.spec")
    run(build, folder, {"PYINSTALLER_CONFIG_DIR": str(folder / "configuration")})
    return Probe(command=(str(folder / "dist" / "probe" / "probe"),), folder=folder, more={})
