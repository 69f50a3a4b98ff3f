"""How long does looking into an archive take, beside listing it?

The archives are a zip file of many entries, listed by ``zipfile``, and a program that PyInstaller
makes, listed by its own reader.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from bench import probe
from bench.bundle import APPLICATION, REQUIRED
from bench.measuring import ROOT, Job, Report, Setting, at_most, find, pinned
from demo.bundles import PYINSTALLER
from demo.cache import keep, kept_python
from demo.commands import run
from hatch_sentry_modules.artifacts.inspection import inspect

ENTRIES = 50_000
ZIP, PROGRAM = f"zip file of {ENTRIES:,} entries", "PyInstaller program"
LISTING, LOOKING = "listing", "inspect"

# What is promised, against listing.
LONGEST = {ZIP: 1.2, PROGRAM: 1.3}


def measure(setting: Setting) -> Report:
    """List each and look into each, within a process."""
    archive = setting.folder / "large.zip"
    with ZipFile(archive, "w") as file:
        for number in range(ENTRIES):
            file.writestr(f"package_{number // 100}/module_{number}.py", "")
    small = setting.folder / "small.zip"
    with ZipFile(small, "w") as file:
        file.writestr("package/module.py", "")
    program = _program()
    jobs = [
        Job(
            case=case,
            way=way,
            command=(sys.executable, "-m", "bench.archives", way, path, first),
            folder=ROOT,
            is_probe=True,
        )
        for case, path, first in ((ZIP, archive, small), (PROGRAM, program, program))
        for way in (LISTING, LOOKING)
    ]
    rows = setting.measure(jobs)
    promises = [
        at_most(
            f"looking into a {case}: of listing it",
            limit,
            *(find(rows, case, None, way) for way in (LOOKING, LISTING)),
        )
        for case, limit in LONGEST.items()
    ]
    return Report(rows=rows, promises=promises, versions=dict(pinned((PYINSTALLER, *REQUIRED))))


def _program() -> Path:
    def fill(folder: Path) -> None:
        python = kept_python("bench-bundle", PYINSTALLER, *REQUIRED, "tomli==2.5.0")
        options = ("--onefile", "--noconfirm", "--log-level", "ERROR", APPLICATION)
        run(python, "-m", "PyInstaller", *options, folder=folder)

    text = APPLICATION.read_text(encoding="utf-8")
    (path,) = keep("bench-program", (PYINSTALLER, *REQUIRED, text), fill).glob("dist/*")
    return path


def _list(path: Path) -> None:
    """List a zip file; or a program and its modules, as ``pyi-archive_viewer -r -l`` does."""
    if is_zipfile(path):
        with ZipFile(path) as file:
            file.namelist()
            return
    archive = importlib.import_module("PyInstaller.archive.readers").CArchiveReader(str(path))
    for name, entry in archive.toc.items():
        if entry[-1] == "z":
            archive.open_embedded_archive(name)


if __name__ == "__main__":
    what, place, first = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    work = _list if what == LISTING else inspect
    work(first)  # what is imported then is not measured
    probe.measure({what: 1}, lambda: work(place))
    print(json.dumps(probe.regions))
