"""The entrances of the build side, each as a job that writes into one folder and can be repeated.

``python -m tests.faults.entrances NAME FOLDER`` runs one in a process of its own.
"""

from __future__ import annotations

import importlib
import io
import os
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from hatch_sentry_modules import layout
from hatch_sentry_modules.archives.atomic import PREFIX
from hatch_sentry_modules.cli.commands import commands
from tests.artifacts import bundled
from tests.backends import projects
from tests.backends.building import EPOCH

OLD = b"%b\nold" % layout.GENERATED
"""What every entrance may replace."""

MAIN = '"""Sells anvils."""\n\nprint("anvils")\n'


@dataclass(frozen=True)
class Entrance:
    """One job.

    ``call`` does it in the workspace that it is given, with the project as working folder.
    ``backend`` is whose project the workspace holds.
    ``is_ours`` tells that the last step, which puts the result into place, is done by our code.
    ``begin`` puts into the folder for results what the job finds there.
    """

    call: Callable[[Path], object]
    begin: Callable[[Path], object]
    backend: str = "flit-core"
    is_ours: bool = True


def command(*arguments: str) -> Callable[[Path], object]:
    """Make a job of a command line in which ``{}`` is the workspace."""
    return lambda folder: commands([text.replace("{}", str(folder)) for text in arguments])


def build(module: str, kind: str, folder: Path) -> None:
    """Let a build backend build into the folder for results."""
    getattr(importlib.import_module(module), f"build_{kind}")(str(folder / "out"))


def old_file(name: str, out: Path) -> None:
    """Put an old result where the new one will be."""
    (out / name).write_bytes(OLD)


def application(out: Path) -> None:
    """Put a directory with a program there, as ``pip install --target`` lays one out."""
    app = bundled.application(out / "app", module=False)
    (app / "__main__.py").write_text(MAIN, encoding="utf-8")


def archive(out: Path) -> None:
    """Put the same program there, as a zipapp."""
    application(out)
    with zipfile.ZipFile(out / "app.pyz", "w") as file:
        for path in sorted((out / "app").rglob("*")):
            file.write(path, path.relative_to(out / "app"))
    shutil.rmtree(out / "app")


def nothing(out: Path) -> None:
    """Leave the folder empty."""


WHEEL, SDIST = "acme_app-4.2.0-py3-none-any.whl", "acme_app-4.2.0.tar.gz"
WRAPPER = "hatch_sentry_modules.backend"

ENTRANCES = {
    "freeze": Entrance(
        command("freeze", "{}/p", "-o", "{}/out/_sentry_modules.py"),
        partial(old_file, "_sentry_modules.py"),
    ),
    "inject": Entrance(command("inject", "--activate", "{}/out/app.pyz"), archive),
    "inject directory": Entrance(command("inject", "--activate", "{}/out/app"), application),
    "inject copy": Entrance(
        command("inject", "--activate", "{}/out/app", "-o", "{}/out/new"), application
    ),
    "wrapper wheel": Entrance(partial(build, WRAPPER, "wheel"), partial(old_file, WHEEL)),
    "wrapper sdist": Entrance(partial(build, WRAPPER, "sdist"), partial(old_file, SDIST)),
    **{
        f"{backend} {kind}": Entrance(partial(build, module, kind), begin, backend, is_ours=False)
        for kind, name in (("wheel", WHEEL), ("sdist", SDIST))
        for backend, module, begin in (
            ("hatchling", "hatchling.build", partial(old_file, name)),
            # It removes the old file before it moves the new one there.
            ("setuptools", "setuptools.build_meta", nothing),
            ("pdm-backend", "pdm.backend", partial(old_file, name)),
        )
    },
}

IN_PLACE = ("pdm-backend sdist",)
"""Where the backend itself writes the archive under its last name, as it does without our hook."""

COMMANDS = [name for name in ENTRANCES if name.startswith(("freeze", "inject"))]
OURS = [name for name, entrance in ENTRANCES.items() if entrance.is_ours]
QUICK = ("freeze", "inject")


def params(names: Iterable[str]) -> list[ParameterSet]:
    """Return entrances as parameters of a test; ``make test`` runs only the quickest of them."""
    slow = pytest.mark.slow
    return [pytest.param(name, marks=() if name in QUICK else slow) for name in names]


def lay_out(folder: Path, name: str) -> Path:
    """Lay out the workspace of an entrance: a project, a folder for results, a temporary one."""
    folder.mkdir(parents=True)
    projects.lay_out(folder / "p", ENTRANCES[name].backend)
    (folder / "tmp").mkdir()
    begin(folder, name)
    return folder


def begin(folder: Path, name: str) -> None:
    """Put the folder for results back to what the job finds there."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()
    ENTRANCES[name].begin(folder / "out")


def results(folder: Path) -> dict[str, object]:
    """Read all that a user sees in the folder for results; archives are read whole.

    A file in an archive or a directory is one entry; half an archive raises.
    """
    found: dict[str, object] = {}
    for place, _, names in os.walk(folder / "out"):
        path = Path(place).relative_to(folder / "out")
        if not any(map(is_left_over, path.parts)):
            for name in names:
                found[(path / name).as_posix()] = _read(Path(place, name))
    return found


def left_over(folder: Path) -> list[str]:
    """Name what a job has left in the folder for results without finishing it."""
    return sorted(path.name for path in (folder / "out").rglob(".*") if is_left_over(path.name))


def is_left_over(name: str) -> bool:
    """Return whether a killed job may leave a folder of this name; setuptools makes the second."""
    return name.startswith((PREFIX, ".tmp-"))


def _read(path: Path) -> object:
    content = path.read_bytes()  # once: it can be replaced at any moment
    if content == OLD or path.suffix not in (".gz", ".pyz", ".whl"):
        return content
    if path.suffix == ".gz":
        with tarfile.open(fileobj=io.BytesIO(content)) as sdist:
            # setuptools packs from its own folder what a killed build of its has left there.
            kept = [member for member in sdist if ".egg-info/" not in member.name]
            members = [(member.name, sdist.extractfile(member)) for member in kept]
            return {name: part.read() if part else b"" for name, part in members}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def run(name: str, folder: Path) -> None:
    """Do the job of an entrance in this process, which is for it alone."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", EPOCH)
    os.environ.setdefault("TMPDIR", str(folder / "tmp"))
    os.chdir(folder / "p")
    ENTRANCES[name].call(folder)


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
