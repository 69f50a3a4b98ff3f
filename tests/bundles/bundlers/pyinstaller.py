"""PyInstaller, with nothing but ``hatch-sentry-modules`` installed where it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from demo.commands import run
from tests.bundles.bundlers.environment import PYINSTALLER, environment, owners
from tests.bundles.workshop import Bundler, Pair, Workshop

_OFF = ("--exclude-module", "_sentry_modules")


def _build(workshop: Workshop, *options: str) -> Path:
    """Give a folder with both kinds of bundle, made one after the other from one analysis."""
    python = environment(workshop)

    def fill(folder: Path) -> None:
        script = folder / "start.py"
        script.write_text(f"from {workshop.main.replace(':', ' import ')}\n\nmain()\n")
        build = ("-m", "PyInstaller", "--noconfirm", "--name", workshop.name, *options)
        for kind in ("onedir", "onefile"):
            into = (f"--{kind}", "--distpath", kind)
            run(python, *build, *into, script, folder=folder)

    return workshop.once(" ".join(["pyinstaller", *options]), fill)


def _truth(workshop: Workshop, folder: Path) -> dict[str, str]:
    """Say whose files the analysis collected; PyInstaller's own start the program."""
    python = environment(workshop)
    toc = folder / "build" / workshop.name / "Analysis-00.toc"
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
    off, on = _build(workshop, *_OFF), _build(workshop)
    more = {workshop.parts.application.stock_switch: "1"}  # not a line in the application
    truth = _truth(workshop, on)
    frozen = workshop.bundle(name, on / program, truth, (), more)
    return Pair(stock=replace(frozen, path=off / program), frozen=frozen)


def _onedir(workshop: Workshop) -> Pair:
    program = Path("onedir", workshop.name, workshop.name)
    return _pair(workshop, "PyInstaller onedir", program)


def _onefile(workshop: Workshop) -> Pair:
    return _pair(workshop, "PyInstaller onefile", Path("onefile", workshop.name))


ONEDIR = Bundler(name="PyInstaller onedir", family="pyinstaller", build=_onedir, tool=PYINSTALLER)
ONEFILE = Bundler(
    name="PyInstaller onefile", family="pyinstaller", build=_onefile, tool=PYINSTALLER
)
