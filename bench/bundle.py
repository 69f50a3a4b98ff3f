"""What does a manifest add to a PyInstaller bundle, beside copied metadata: bytes, and time?

One application is bundled three times: as it is, with this tool, which needs no configuration, and
with ``--recursive-copy-metadata``, PyInstaller's own way to let ``importlib.metadata`` answer.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sentry_sdk.consts import VERSION as SDK

from bench.measuring import (
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
from demo.bundles import PYINSTALLER
from demo.cache import kept_python
from demo.wheels import build_distributions

APPLICATION = Path(__file__).with_name("bundled.py")
REQUIRED = ("flask==3.1.3", "httpx==0.28.1", "sqlalchemy==2.0.45", f"sentry-sdk=={SDK}")
STOCK, MANIFEST, METADATA = "stock", "manifest", "copied metadata"
CASE = "onedir"

# What is promised: bytes of source for each distribution, bytes for the run-time package, and no
# start that differs by more than starts of the same bundle do.
ENTRY = 30
PACKAGE = 40_000


WEIGH = """
import sys
from PyInstaller.archive.readers import CArchiveReader
program = CArchiveReader(sys.argv[1])
modules = program.open_embedded_archive(next(n for n in program.toc if n.endswith(".pyz"))).toc
print(sum(entry[-1] for name, entry in modules.items() if name.partition(".")[0] == sys.argv[2]))
"""
"""Prints how many bytes PyInstaller's archive of a program has of one package."""


def measure(setting: Setting) -> Report:
    """Build the three, compare what they weigh, and start them in turns."""
    python = kept_python("bench-bundle", PYINSTALLER, *REQUIRED, "tomli==2.5.0")
    bundles = _build(python, setting.folder)
    rounds = setting.rounds(15)
    for way, folder in bundles.items():
        _starting(way, folder)()  # from a cold disk
    rows = take_turns((rounds, _starting(way, folder)) for way, folder in bundles.items())
    sizes = dict(_sizes(bundles))
    program = bundles[MANIFEST] / APPLICATION.stem
    weighed = run((python, "-c", WEIGH, program, "sentry_modules"), setting.folder).output
    sizes[Key(CASE, None, MANIFEST, "bytes of the run-time package")] = int(weighed)
    rows += [Row(key, value, value, value, 1) for key, value in sizes.items()]
    return Report(
        rows=rows,
        promises=list(_promises(rows)),
        versions=pinned((PYINSTALLER, *REQUIRED)),
    )


def _build(python: Path, folder: Path) -> dict[str, Path]:
    """Build the bundles side by side, and give the folder of each."""
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


def _starting(way: str, folder: Path) -> Call:
    def measured() -> Mapping[Key, float]:
        usage = run((folder / APPLICATION.stem,), folder)
        said = json.loads(usage.output)
        return {
            **usage.measures(CASE, None, way),
            Key(CASE, None, way, "first event, processor us"): said["first event"],
            Key(CASE, None, way, "modules on the event"): said["modules"],
        }

    return measured


def _sizes(bundles: Mapping[str, Path]) -> Iterator[tuple[Key, float]]:
    """Weigh what was added to the stock bundle; of the manifest, its source and the rest apart."""
    weights = {way: _weigh(folder) for way, folder in bundles.items()}
    for way in (MANIFEST, METADATA):
        yield Key(CASE, None, way, "bytes added"), weights[way] - weights[STOCK]
    (module,) = bundles[MANIFEST].rglob("_sentry_modules.py")
    lines = module.read_text(encoding="ascii").splitlines(keepends=True)
    source = sum(map(len, lines))
    entries = sum(len(line) for line in lines if line.startswith("    "))
    count = len(runpy.run_path(str(module))["MODULES"])
    yield Key(CASE, None, MANIFEST, "bytes of the manifest's source"), source
    yield Key(CASE, None, MANIFEST, "bytes of it without entries"), source - entries
    yield Key(CASE, None, MANIFEST, "bytes of it for each distribution"), entries / count


def _weigh(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _promises(rows: list[Row]) -> Iterator[Promise]:
    entry = median_of(rows, CASE, None, MANIFEST, "bytes of it for each distribution")
    yield Promise(
        text="PyInstaller: bytes of the manifest's source for each distribution",
        value=entry,
        limit=ENTRY,
    )
    package = median_of(rows, CASE, None, MANIFEST, "bytes of the run-time package")
    yield Promise(text="PyInstaller: bytes of the run-time package", value=package, limit=PACKAGE)
    measure = "processor ms"
    stock = next(row for row in rows if row.key == (CASE, None, STOCK, measure))
    ours, copied = (median_of(rows, CASE, None, way, measure) for way in (MANIFEST, METADATA))
    yield Promise(
        text="PyInstaller: start-up over stock, ms, against the spread of stock",
        value=ours - stock.median,
        limit=stock.high - stock.low,
    )
    yield Promise(
        text="PyInstaller: start-up, of that with copied metadata", value=ours / copied, limit=1.0
    )
