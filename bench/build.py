"""What freezing adds to a build: ``python -m bench.build [ROUNDS]``.

The sample application is built by ``python -m build`` with hatchling and with setuptools, with
and without this tool, as whole processes: the isolated environment is made, filled from local
files and used. The four take turns in one run, and medians of processor time are compared, for
on a machine that does something else as well a wall clock measures mostly that.
Ends with status 1 if a promised ratio does not hold.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

MOST = 1.10
"""The longest that a build may take, against the same build without this tool."""

ROOT = Path(__file__).parents[1]
BACKENDS = {"hatchling": "hatchling.build", "setuptools": "setuptools.build_meta"}
HOOK = {
    "hatchling": "[tool.hatch.build.hooks.sentry-modules]\n",
    "setuptools": "[tool.sentry-modules]\n",
}


def lay_out(folder: Path, backend: str, *, is_frozen: bool) -> Path:
    """Copy the sample application with a build backend, with this tool or without it."""
    shutil.copytree(ROOT / "fixtures" / "storefront", folder)
    path = folder / "pyproject.toml"
    text = path.read_text(encoding="utf-8").replace(HOOK["hatchling"], "")
    project = text[text.index("[project]") :]
    requires = [backend, "hatch-sentry-modules"] if is_frozen else [backend]
    system = f'[build-system]\nrequires = {requires}\nbuild-backend = "{BACKENDS[backend]}"\n'
    path.write_text(system + (HOOK[backend] if is_frozen else "") + project, encoding="utf-8")
    return folder


def fill(folder: Path) -> None:
    """Put all that the builds install into a folder, so that no network is measured."""
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([*wheel, *BACKENDS, str(ROOT)], check=True)


def measure(command: list[str], project: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Run a command, and give its processor time, with that of its children, and wall time."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, wall


def main() -> int:
    """Measure, print, and judge."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    samples: dict[tuple[str, bool], list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "wheels")
        environment = {
            **os.environ,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(folder / "wheels"),
            "PIP_CONFIG_FILE": os.devnull,
        }
        kinds = [(backend, is_frozen) for backend in BACKENDS for is_frozen in (False, True)]
        projects = {
            kind: lay_out(folder / f"{kind[0]}-{kind[1]}", kind[0], is_frozen=kind[1])
            for kind in kinds
        }
        command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist")]
        for turn in range(rounds):
            for kind in kinds[turn % 4 :] + kinds[: turn % 4]:
                samples[kind].append(measure(command, projects[kind], environment))
    return report(samples)


def report(samples: dict[tuple[str, bool], list[tuple[float, float]]]) -> int:
    """Print the medians, and give 1 if one of them is over what is promised."""
    print(f"{'backend':12}{'':10}{'without':>10}{'with':>10}{'ratio':>8}")
    is_over = False
    for backend in BACKENDS:
        for index, what in enumerate(("processor", "wall")):
            without, frozen = (
                median(sample[index] for sample in samples[backend, is_frozen])
                for is_frozen in (False, True)
            )
            ratio = frozen / without
            print(f"{backend:12}{what:10}{without:8.2f} s{frozen:8.2f} s{ratio:8.2f}")
            is_over |= what == "processor" and ratio > MOST
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main())
