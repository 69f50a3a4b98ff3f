"""PyInstaller, with nothing but ``hatch-sentry-modules`` installed where it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from demo.commands import run
from tests.bundles.bundlers.environment import (
    NAMED_BY_A_WARNING,
    PYINSTALLER,
    UNUSED,
    environment,
    owners,
)
from tests.bundles.workshop import Bundler, Pair, Workshop

_SPEC = """
analysis = Analysis(["start.py"], hiddenimports={hidden}, excludes={excludes})
pyz = PYZ(analysis.pure)
EXE(pyz, analysis.scripts, analysis.binaries, analysis.datas, name="onefile")
program = EXE(pyz, analysis.scripts, exclude_binaries=True, name="program")
COLLECT(program, analysis.binaries, analysis.datas, name="onedir")
"""
"""One analysis, which takes most of the time, for both kinds of bundle."""


def _build(workshop: Workshop, name: str, *excludes: str) -> Path:
    """Return a folder with both kinds of bundle."""
    python = environment(workshop)

    def fill(folder: Path) -> None:
        script = f"from {workshop.name}.__main__ import main\n\nmain()\n"
        (folder / "start.py").write_text(script, encoding="utf-8")
        spec = folder / "bundles.spec"
        hidden = list(NAMED_BY_A_WARNING.get(workshop.name, ()))
        text = _SPEC.format(hidden=hidden, excludes=list(excludes))
        spec.write_text(text, encoding="utf-8")
        run(python, "-m", "PyInstaller", "--noconfirm", spec, folder=folder)

    return workshop.once(name, fill)


def _truth(workshop: Workshop, folder: Path) -> dict[str, str]:
    """Return whose files the analysis collected; PyInstaller's own start the program."""
    python = environment(workshop)
    toc = folder / "build" / "bundles" / "Analysis-00.toc"
    stems = _stems(ast.literal_eval(toc.read_text(encoding="utf-8")))
    found = owners(python, stems, folder)
    return {name: found[name] for name in found if name != "pyinstaller"}


def _stems(tables: Iterator[object]) -> Iterator[str]:
    for table in tables:
        for entry in table if isinstance(table, list) else ():
            if isinstance(entry, tuple) and len(entry) == 3 and entry[2] != "PYSOURCE":
                below = entry[1].rpartition("site-packages/")[2]
                yield str(Path(below).parent / Path(below).name.partition(".")[0])


def _pair(workshop: Workshop, name: str, program: Path) -> Pair:
    on = _build(workshop, "pyinstaller", *UNUSED)
    off = _build(workshop, "pyinstaller-stock", *UNUSED, "_sentry_modules")
    more = {workshop.parts.application.stock_switch: "1"}  # not a line in the application
    truth = _truth(workshop, on)
    frozen = workshop.bundle(name, on / program, truth, (), more)
    return Pair(stock=replace(frozen, path=off / program), frozen=frozen)


def _onedir(workshop: Workshop) -> Pair:
    return _pair(workshop, "PyInstaller onedir", Path("dist", "onedir", "program"))


def _onefile(workshop: Workshop) -> Pair:
    return _pair(workshop, "PyInstaller onefile", Path("dist", "onefile"))


ONEDIR = Bundler(name="PyInstaller onedir", family="freezers", build=_onedir, tool=PYINSTALLER)
ONEFILE = Bundler(name="PyInstaller onefile", family="freezers", build=_onefile, tool=PYINSTALLER)
