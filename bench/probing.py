"""Where ``probe.py`` runs: beside a copy of the run-time side, or in a PyInstaller bundle."""

from __future__ import annotations

import compileall
import json
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sentry_sdk.consts import VERSION as SDK

from bench import sample
from bench.measuring import ROOT, Call, Key, run
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
for name, metadata in {bundles}.items():
    files = Tree(metadata) if metadata else []
    COLLECT(program, analysis.binaries, analysis.datas, files, name=name)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """How ``probe.py`` is started, and in which folder."""

    command: tuple[str, ...]
    folder: Path
    more: dict[str, str]

    def call(
        self, what: str, case: str, size: int | None, measure: str, *arguments: object
    ) -> Call:
        """Give a call that takes one measurement, in a fresh process."""

        def measured() -> dict[Key, float]:
            command = (*self.command, what, *map(str, arguments))
            values: dict[str, float] = json.loads(run(command, self.folder, self.more).output)
            return {Key(case, size, way, measure): value for way, value in values.items()}

        return measured


def with_python(folder: Path) -> Probe:
    """Put a compiled copy of the run-time side beside the probe, as installing it does."""
    shutil.copytree(ROOT / "runtime" / "sentry_modules", folder / "sentry_modules")
    shutil.copy(PROBE, folder)
    compileall.compile_dir(folder, quiet=1)
    command = (sys.executable, str(folder / PROBE.name))
    return Probe(command=command, folder=folder, more={"PYTHONPATH": str(folder)})


def in_bundles(folder: Path, sizes: Iterable[int]) -> dict[str, Probe]:
    """Let PyInstaller build a program of the probe with the applications of all sizes.

    It is collected without metadata, as ``stripped``, and for each size with metadata, as
    ``--copy-metadata`` puts it beside the program, as ``intact`` and the size.
    """
    python = kept_python("bench-probe", PYINSTALLER, f"sentry-sdk=={SDK}")
    with_python(folder)
    bundles, path = {"stripped": ""}, [str(folder)]
    for size in sizes:
        path.append(str(sample.lay_out(folder / f"application{size}", size)))
        bundles[f"intact{size}"] = str(sample.add_metadata(folder / f"metadata{size}", size))
    packages = [sample.name(size) for size in sizes]
    text = SPECIFICATION.format(packages=packages, path=path, excluded=EXCLUDED, bundles=bundles)
    (folder / "probe.spec").write_text(text, encoding="utf-8")
    build = (python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "probe.spec")
    run(build, folder, {"PYINSTALLER_CONFIG_DIR": str(folder / "configuration")})
    return {
        name: Probe(command=(str(folder / "dist" / name / "probe"),), folder=folder, more={})
        for name in bundles
    }
