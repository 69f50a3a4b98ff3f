"""Looking into an archive beside listing it: ``python -m bench.inspect [ROUNDS]``.

The archives are a zip file of 50,000 entries, listed by ``zipfile``, and a program of more than a
hundred megabytes that PyInstaller makes, listed by PyInstaller's own reader. The program is made
once and kept. Both ways take turns in one run, and medians of processor time are compared. Ends
with status 1 if a promised ratio does not hold.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from zipfile import ZipFile

from demo.bundles import PYINSTALLER
from demo.cache import keep, kept_python
from demo.commands import run
from hatch_sentry_modules.artifacts.inspection import inspect

# What is promised.
LISTING = 2.0

ENTRIES = 50_000
SMALLEST = 100 << 20

LARGE = ("pandas", "scipy", "scikit-learn", "matplotlib", "pyarrow", "flask", "sentry-sdk")
PROGRAM = """
import flask, matplotlib.pyplot, pandas, scipy.optimize, scipy.stats, sentry_sdk
import sklearn.linear_model
"""


def main(rounds: int) -> int:
    """Measure, print each ratio, and give the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "large.zip")
        with ZipFile(archive, "w") as file:
            for number in range(ENTRIES):
                file.writestr(f"package_{number // 100}/module_{number}.py", "")
        ratios = [_ratio(f"zip of {ENTRIES} entries", archive, _list_zip, rounds)]
    program = _program()
    ratios.append(_ratio(f"program of {program.stat().st_size >> 20} MB", program, _list, rounds))
    return int(any(ratio > LISTING for ratio in ratios))


def _program() -> Path:
    def fill(folder: Path) -> None:
        python = kept_python("bench-inspect", PYINSTALLER, *LARGE)
        (folder / "large.py").write_text(PROGRAM, encoding="utf-8")
        options = ("--onefile", "--noconfirm", "--log-level", "ERROR", "large.py")
        run(python, "-m", "PyInstaller", *options, folder=folder)

    (path,) = keep("bench-program", (PYINSTALLER, *LARGE, PROGRAM), fill).glob("dist/*")
    if path.stat().st_size < SMALLEST:
        raise AssertionError("the program is smaller than what is promised")
    return path


def _list_zip(path: Path) -> None:
    with ZipFile(path) as file:
        file.namelist()


def _list(path: Path) -> None:
    """List the program and the modules in it, as ``pyi-archive_viewer -r -l`` does."""
    archive = importlib.import_module("PyInstaller.archive.readers").CArchiveReader(str(path))
    for name, entry in archive.toc.items():
        if entry[-1] == "z":
            archive.open_embedded_archive(name)


def _ratio(name: str, path: Path, reader: Callable[[Path], None], rounds: int) -> float:
    listing, looking = [], []
    for _ in range(rounds):
        listing.append(_seconds(lambda: reader(path)))
        looking.append(_seconds(lambda: inspect(path)))
    ratio = median(looking) / median(listing)
    print(
        f"{name}: listing {median(listing):.3f} s, looking into {median(looking):.3f} s,", end=" "
    )
    print(f"ratio {ratio:.2f} (promised: at most {LISTING})")
    return ratio


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 5))
