"""A directory for AWS Lambda, as slim as it gets: no metadata, and compiled modules alone.

The service unpacks an archive into one folder and each layer into another, puts both on the path,
and imports the function from a program of its own.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from demo.bundles import installed
from demo.commands import run
from tests.bundles.bundlers.standard_zipapp import has_no_metadata
from tests.bundles.workshop import Bundler, Pair, Workshop


def _slim(workshop: Workshop) -> Path:
    """Return a copy of what pip installed that holds no metadata and no source."""

    def fill(folder: Path) -> None:
        ignored = shutil.ignore_patterns("*.dist-info", "*.egg-info", "__pycache__", "bin")
        shutil.copytree(workshop.site(), folder, ignore=ignored, dirs_exist_ok=True)
        run(sys.executable, "-m", "compileall", "-q", "-b", folder)
        for source in folder.rglob("*.py"):
            source.unlink()
        if left := [p for p in folder.rglob("*") if p.suffix == ".py" or not has_no_metadata(p)]:
            raise AssertionError(f"not slim: {left}")

    return workshop.once("slim", fill)


def _pair(workshop: Workshop, name: str, *path: Path) -> Pair:
    """Describe a function whose service has these folders on its path."""
    service = workshop.folder / "service"
    service.mkdir(exist_ok=True)
    start = service / "bootstrap.py"
    start.write_text(f"from {workshop.name}.__main__ import main\n\nmain()\n", encoding="utf-8")
    truth = installed("--path", workshop.site())
    folders = os.pathsep.join(map(str, path))
    bundle = workshop.bundle(name, start, truth, more={"PYTHONPATH": folders})
    return Pair(stock=bundle, frozen=bundle)


def _directory(workshop: Workshop) -> Pair:
    return _pair(workshop, "Lambda directory", _slim(workshop))


def _archive(workshop: Workshop) -> Pair:
    archive = shutil.make_archive(str(workshop.folder / "function"), "zip", _slim(workshop))
    task = workshop.once("task", lambda folder: shutil.unpack_archive(archive, folder))
    return _pair(workshop, "Lambda zip", task)


def _layered(workshop: Workshop) -> Pair:
    def fill(folder: Path) -> None:
        layer = shutil.copytree(_slim(workshop), folder / "layer" / "python")
        (folder / "task").mkdir()
        (layer / workshop.name).rename(folder / "task" / workshop.name)

    folder = workshop.once("layered", fill)
    return _pair(workshop, "Lambda with a layer", folder / "task", folder / "layer" / "python")


DIRECTORY = Bundler(name="Lambda directory", family="site", build=_directory)
ARCHIVE = Bundler(name="Lambda zip", family="site", build=_archive)
LAYERED = Bundler(name="Lambda with a layer", family="site", build=_layered)
