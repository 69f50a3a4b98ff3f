"""Looking into an archive beside listing it: ``python -m bench.inspect [ROUNDS] [PROGRAM]``.

The archive is a zip file of 50,000 entries, listed by ``zipfile``; PROGRAM is one that PyInstaller
made, listed by PyInstaller's own reader where that is installed. Both ways take turns in one run,
and medians of processor time are compared. Ends with status 1 if a promised ratio does not hold.
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

from hatch_sentry_modules.artifacts.inspection import inspect

# What is promised.
LISTING = 2.0

ENTRIES = 50_000


def main(rounds: int, program: Path | None) -> int:
    """Measure, print each ratio, and give the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "large.zip")
        with ZipFile(archive, "w") as file:
            for number in range(ENTRIES):
                file.writestr(f"package_{number // 100}/module_{number}.py", "")
        ratios = [_ratio(f"zip of {ENTRIES} entries", archive, _list_zip, rounds)]
    if program is not None:
        ratios.append(_ratio(program.name, program, _list_program, rounds))
    return int(any(ratio > LISTING for ratio in ratios))


def _list_zip(path: Path) -> None:
    with ZipFile(path) as file:
        file.namelist()


def _list_program(path: Path) -> None:
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
    arguments = sys.argv[1:]
    sys.exit(
        main(int(arguments[0]) if arguments else 5, Path(arguments[1]) if arguments[1:] else None)
    )
