"""Counts instructions with valgrind: the same on a busy machine as on an idle one."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.running import Region, environment, parse_regions

SWITCH = shutil.which("callgrind_control")  # it comes with valgrind
VALGRIND = SWITCH and shutil.which("valgrind")
_SUMMARY = re.compile(r"^summary: (\d+)$", re.MULTILINE)
# Of a whole command cachegrind counts the same in two thirds of the time.
_WHOLE = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file={}/%p")
# A probe calls each region through ``ctypes``, so through this function of libffi.
_TOGGLE = ("--collect-atstart=no", "--toggle-collect=ffi_call", "--dump-after=ffi_call")
# Before the first it switches callgrind on: until then it runs four times as fast.
_SWITCHED = ("--instr-atstart=no", "--trace-children-skip=*/sh,*/callgrind_control")
_REGIONS = ("--tool=callgrind", *_TOGGLE, *_SWITCHED, "--callgrind-out-file={}/%p")


def count(command: tuple[str | Path, ...], folder: Path, more: Mapping[str, str]) -> int:
    """Return the instructions that a command takes, with all the processes that it starts."""
    with tempfile.TemporaryDirectory() as place:
        _run(command, folder, more, Path(place), _WHOLE)
        return sum(map(_read, Path(place).iterdir()))


def count_regions(
    command: tuple[str | Path, ...], folder: Path, more: Mapping[str, str]
) -> tuple[list[Region], list[int]]:
    """Return the regions that a probe prints, and the instructions of each."""
    with tempfile.TemporaryDirectory() as place:
        more = {**more, "BENCH_SWITCH": str(SWITCH)}
        regions = parse_regions(_run(command, folder, more, Path(place), _REGIONS))
        # One file for each region and one for the rest, which has no number.
        files = sorted(Path(place).glob("*.*"), key=lambda path: int(path.suffix[1:]))
        return regions, list(map(_read, files))


def _run(
    command: tuple[str | Path, ...],
    folder: Path,
    more: Mapping[str, str],
    place: Path,
    options: tuple[str, ...],
) -> str:
    # Addresses that differ from run to run would change hashes, and so a few instructions.
    fixed = ("setarch", "-R") if shutil.which("setarch") else ()
    tool = [option.format(place) for option in ("--quiet", "--trace-children=yes", *options)]
    full = [*fixed, str(VALGRIND), *tool, *map(str, command)]
    seed = {**more, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        full, cwd=folder, env=environment(seed), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(full)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _read(path: Path) -> int:
    found = _SUMMARY.search(path.read_text(encoding="utf-8", errors="replace"))
    return int(found[1]) if found else 0
