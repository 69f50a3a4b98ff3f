"""What does the command take, beside importing what it needs and parsing the file?

Whole processes, as a user starts them: on a small project, and on the largest real lock file of
each format. In the corpus those are files of public projects; without it they are those of
``fixtures/agreement``, which are small.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measuring import ROOT, Job, Promise, Report, Row, Setting, at_most, find

# What is promised: a freeze against importing packaging and parsing the file, the help against it;
# and with the corpus, whose largest file is a uv.lock, freezing that against parsing it.
LONGEST = 1.15
LONGEST_HELP = 1.0
LONGEST_OF_LARGEST = 0.4

SMALL = ROOT / "fixtures" / "agreement"
OURS = (sys.executable, "-m", "hatch_sentry_modules")
COMMAND, FLOOR = "command", "floor"
PACKAGING = "packaging.markers, packaging.requirements, packaging.specifiers, packaging.version"
_READ = "open(sys.argv[1], encoding='utf-8').read()"
TOML = (
    "import sys\nif sys.version_info < (3, 11): import tomli as tomllib\nelse: import tomllib\n"
    f"tomllib.loads({_READ})"
)
FORMATS = {
    "uv.lock": TOML,
    "poetry.lock": TOML,
    "pdm.lock": TOML,
    "Pipfile.lock": f"import sys, json; json.loads({_READ})",
    "pylock*.toml": TOML,
    "requirements*.txt": f"import sys; {_READ}.splitlines()",
}
"""For each lock format the names of its files, and a program that parses one."""


def measure(setting: Setting) -> Report:
    """Measure the command, and freezing beside parsing for each format."""
    folder = _lay_out(setting.folder / "small", "uv.lock", SMALL).parent
    floor = (sys.executable, "-c", f"import {PACKAGING}\n{TOML}", "uv.lock")
    ways = {"--help": (*OURS, "--help"), "freeze": (*OURS, "freeze"), FLOOR: floor}
    jobs = [
        Job(case=COMMAND, way=way, command=command, folder=folder) for way, command in ways.items()
    ]
    places = setting.corpus if setting.corpus.is_dir() else SMALL
    for number, (name, parse) in enumerate(FORMATS.items()):
        jobs += _pair(_lay_out(setting.folder / str(number), name, places), parse)
    rows = setting.measure(jobs)
    promises = [*_promises(rows)]
    if places == setting.corpus:
        largest = (row.values for row in rows if row.case.startswith("uv.lock"))
        text = "freezing the largest lock file: of parsing it"
        promises.append(at_most(text, LONGEST_OF_LARGEST, *largest))
    return Report(rows=rows, promises=promises)


def _lay_out(folder: Path, name: str, places: Path) -> Path:
    """Copy the project with the largest lock file of a name; return that file."""
    # Of two that are as large the first: a second can be a copy that is there to be refused.
    lock = min(places.rglob(name), key=lambda path: (-path.stat().st_size, path))
    shutil.copytree(lock.parent, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)  # what is copied may be read-only
    if not (folder / "pyproject.toml").exists():
        shutil.copyfile(SMALL / "pyproject.toml", folder / "pyproject.toml")
    return folder / lock.name


def _pair(lock: Path, parse: str) -> Iterator[Job]:
    case = f"{lock.name} of {lock.stat().st_size / 1e3:,.0f} kB"
    freeze = (*OURS, "freeze", "--source", lock.name, "-o", "out.py")
    yield Job(case=case, way="freeze", command=freeze, folder=lock.parent)
    command = (sys.executable, "-c", parse, lock.name)
    yield Job(case=case, way="bare parse", command=command, folder=lock.parent)


def _promises(rows: list[Row]) -> Iterator[Promise]:
    help_, frozen, floor = (find(rows, COMMAND, None, way) for way in ("--help", "freeze", FLOOR))
    yield at_most("the command: its help, of a freeze", LONGEST_HELP, help_, frozen)
    text = "the command: a freeze, of importing packaging and parsing the file"
    yield at_most(text, LONGEST, frozen, floor)
