"""How long does freezing take, and how much memory, beside the lock tool's own export?

Whole processes, as a user starts them, on the largest real lock file of each format; and the bare
parse of the same file in a process of its own. In the corpus those are files of public projects;
without it they are those of ``fixtures/agreement``, which are small.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.growth import WARM
from bench.measuring import (
    ROOT,
    Call,
    Key,
    Promise,
    Report,
    Row,
    Setting,
    median_of,
    pinned,
    run,
    take_turns,
)
from demo.cache import kept_python

# What is promised, in processor time against ``tomli.loads`` of the largest lock file.
PARSING = 1.3

SMALL = ROOT / "fixtures" / "agreement"
TOMLI = "import sys, tomli; tomli.loads(open(sys.argv[1], encoding='utf-8').read())"
JSON = "import sys, json; json.loads(open(sys.argv[1], encoding='utf-8').read())"
PIP = (
    "import sys; from pip._internal.network.session import PipSession; "
    "from pip._internal.req import parse_requirements; "
    "list(parse_requirements(sys.argv[1], PipSession()))"
)
QUIET = {"PDM_CHECK_UPDATE": "0", "UV_OFFLINE": "1", "UV_NO_PROGRESS": "1"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """A format: its file, the text that such a file must hold, and who else reads it.

    ``tool`` is what exports it, as pinned requirements; without arguments there is no such tool.
    """

    file: str
    parse: str
    tool: tuple[str, ...] = ()
    export: tuple[str, ...] = ()
    containing: str = ""


FORMATS = (
    Format(
        file="uv.lock",
        parse=TOMLI,
        tool=("uv==0.13.9",),
        export=("export", "--frozen", "--all-packages", "--no-hashes", "-o", "out.txt"),
    ),
    Format(
        file="poetry.lock",
        parse=TOMLI,
        tool=("poetry==2.5.1", "poetry-plugin-export==1.10.1"),
        export=("export", "--without-hashes", "-o", "out.txt"),
        containing='lock-version = "2.1"',
    ),
    Format(
        file="pdm.lock",
        parse=TOMLI,
        tool=("pdm==2.29.4",),
        export=("export", "--no-hashes", "-o", "out.txt"),
        containing="inherit_metadata",
    ),
    Format(file="Pipfile.lock", parse=JSON, tool=("pipenv==2026.10.3",), export=("requirements",)),
    # No tool exports it. A trial installation reads it and judges its markers, and no more.
    Format(
        file="pylock.uv.toml",
        parse=TOMLI,
        tool=("uv==0.13.9",),
        export=("pip", "install", "--dry-run", "--target", "out", "-r", "pylock.uv.toml"),
    ),
    Format(file="requirements*.txt", parse=PIP),
)


def measure(setting: Setting) -> Report:
    """Measure all formats, and freezing beside parsing within a process."""
    calls: list[tuple[int, Call]] = []
    versions: dict[str, str] = {}
    for number, one in enumerate(FORMATS):
        lock = _lay_out(setting.folder / str(number), one, setting.corpus)
        calls += ((setting.rounds(5), call) for call in _ways(lock, one))
        versions.update(pinned(one.tool))
    largest = _lay_out(setting.folder / "largest", FORMATS[0], setting.corpus)
    calls += ((setting.rounds(7), _within(largest, way)) for way in ("universal", "bare parse"))
    for _, call in calls:  # compiles modules, and makes what a tool makes once in each project
        call()
    rows = take_turns(calls)
    return Report(rows=rows, promises=list(_promises(rows, largest)), versions=versions)


def _lay_out(folder: Path, one: Format, corpus: Path) -> Path:
    """Copy the project with the largest lock file of a format; give that file."""
    places = (corpus if corpus.is_dir() else SMALL).rglob(one.file)
    locks = [path for path in places if one.containing in path.read_text(encoding="utf-8")]
    lock = max(locks, key=lambda path: path.stat().st_size)
    # What is copied may be read-only, and tools write into the project.
    shutil.copytree(lock.parent, folder, copy_function=shutil.copyfile)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    if not (folder / "pyproject.toml").exists():
        shutil.copyfile(SMALL / "pyproject.toml", folder / "pyproject.toml")
    return folder / lock.name


def _ways(lock: Path, one: Format) -> Iterator[Call]:
    """Give the ways to read a lock file, each in a process of its own."""
    case = f"{lock.name} of {lock.stat().st_size / 1e3:,.0f} kB"
    freeze = (sys.executable, "-m", "hatch_sentry_modules", "freeze", "--source", lock.name)
    yield _whole(lock.parent, case, "freeze", (*freeze, "-o", "out.py"))
    yield _whole(lock.parent, case, "bare parse", (sys.executable, "-c", one.parse, lock.name))
    if one.tool:
        name = one.tool[0].partition("==")[0]
        python = kept_python(f"bench-{name}", *one.tool)
        # uv is a program, and its start would be measured with Python's.
        start = (python.with_name("uv"),) if name == "uv" else (python, "-m", name)
        yield _whole(lock.parent, case, f"{name} {one.export[0]}", (*start, *one.export))


def _whole(folder: Path, case: str, way: str, command: tuple[str | Path, ...]) -> Call:
    return lambda: run(command, folder, QUIET).measures(case, None, way)


def _within(lock: Path, way: str) -> Call:
    case = f"within a process, {lock.name} of {lock.stat().st_size / 1e3:,.0f} kB"

    def measured() -> dict[Key, float]:
        command = (sys.executable, "-m", "bench.freeze_probe", way, lock, WARM)
        return {Key(case, None, way, "processor ms"): float(run(command, ROOT).output) * 1e3}

    return measured


def _promises(rows: list[Row], lock: Path) -> Iterator[Promise]:
    case = next(row.key.case for row in rows if row.key.case.startswith("within"))
    frozen, parsed = (
        median_of(rows, case, None, way, "processor ms") for way in ("universal", "bare parse")
    )
    text = f"freezing {lock.name}: of tomli.loads alone"
    yield Promise(text=text, value=frozen / parsed, limit=PARSING)
