"""What does a manifest add to a PyInstaller bundle, beside copied metadata: bytes, and a start?

One application is bundled three times: as it is, with this tool, which needs no configuration, and
with ``--recursive-copy-metadata``, PyInstaller's own way to let ``importlib.metadata`` answer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sentry_sdk.consts import VERSION as SDK

from bench.measuring import BYTES, Job, Promise, Report, Row, Setting, at_most, find, pinned
from bench.running import run
from demo.bundles import PYINSTALLER
from demo.cache import kept_python
from demo.wheels import build_distributions

APPLICATION = Path(__file__).with_name("bundled.py")
REQUIRED = ("flask==3.1.3", "httpx==0.28.1", "sqlalchemy==2.0.45", f"sentry-sdk=={SDK}")
STOCK, MANIFEST, METADATA = "stock", "manifest", "copied metadata"
CASE, ADDED, PACKAGE = "start", "added", "run-time package"

# What is promised: a start against that of stock, and bytes.
SLOWEST = 1.002
LARGEST = 40_000

WEIGH = """
import sys
from PyInstaller.archive.readers import CArchiveReader
program = CArchiveReader(sys.argv[1])
modules = program.open_embedded_archive(next(n for n in program.toc if n.endswith(".pyz"))).toc
print(sum(entry[-1] for name, entry in modules.items() if name.partition(".")[0] == sys.argv[2]))
"""
"""Prints how many bytes PyInstaller's archive of a program has of one package."""


def measure(setting: Setting) -> Report:
    """Build the three, compare what they weigh, and start each."""
    python = kept_python("bench-bundle", PYINSTALLER, *REQUIRED, "tomli==2.5.0")
    bundles = _build(python, setting.folder)
    for folder in bundles.values():
        run((folder / APPLICATION.stem,), folder)  # from a cold disk
    rows = setting.measure(
        Job(case=CASE, way=way, command=(folder / APPLICATION.stem,), folder=folder)
        for way, folder in bundles.items()
    )
    rows += _sizes(python, bundles)
    versions = dict(pinned((PYINSTALLER, *REQUIRED)))
    return Report(rows=rows, promises=list(_promises(rows)), versions=versions)


def _build(python: Path, folder: Path) -> dict[str, Path]:
    """Build the bundles side by side, and return the folder of each."""
    wheel, _ = build_distributions(folder / "wheels")
    ours = folder / "ours"
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", ours)
    run((*install, wheel), folder)
    names = [requirement.partition("==")[0] for requirement in REQUIRED]
    copied = [part for name in names for part in ("--recursive-copy-metadata", name)]
    builds: dict[str, tuple[list[str], dict[str, str]]] = {
        STOCK: ([], {}),
        MANIFEST: ([], {"PYTHONPATH": str(ours)}),
        METADATA: (copied, {}),
    }

    def build(way: str) -> Path:
        options, more = builds[way]
        place = folder / way
        place.mkdir()
        command: list[str | Path] = [
            python,
            "-m",
            "PyInstaller",
            "--noconfirm",
            "--log-level",
            "WARN",
            *options,
        ]
        more = {**more, "PYINSTALLER_CONFIG_DIR": str(place / "configuration")}
        run([*command, APPLICATION], place, more)
        return place / "dist" / APPLICATION.stem

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(builds, pool.map(build, builds), strict=True))


def _sizes(python: Path, bundles: Mapping[str, Path]) -> Iterator[Row]:
    """Weigh what was added to the stock bundle, and the run-time package in it."""
    weights = {way: _weigh(folder) for way, folder in bundles.items()}
    for way in (MANIFEST, METADATA):
        yield Row(case=ADDED, size=None, way=way, values={BYTES: weights[way] - weights[STOCK]})
    program = bundles[MANIFEST] / APPLICATION.stem
    weighed = run((python, "-c", WEIGH, program, "sentry_modules"), program.parent).output
    yield Row(case=PACKAGE, size=None, way=MANIFEST, values={BYTES: int(weighed)})


def _weigh(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _promises(rows: list[Row]) -> Iterator[Promise]:
    ours, stock = (find(rows, CASE, None, way) for way in (MANIFEST, STOCK))
    yield at_most("PyInstaller: a start, of one with stock", SLOWEST, ours, stock)
    size = find(rows, PACKAGE, None, MANIFEST)[BYTES]
    text = "PyInstaller: bytes of the run-time package"
    yield Promise(text=text, value=size, limit=LARGEST, by=BYTES)
