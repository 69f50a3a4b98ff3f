"""Freezing beside parsing alone and beside exporting: ``python -m bench.freeze [ROUNDS]``.

All kinds take turns in one run, medians are compared, and times are processor time where nothing
but one process is measured. ``uv`` and ``poetry`` (with its export plug-in) are measured where
they are found. Ends with status 1 if a promised ratio does not hold.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from packaging.utils import NormalizedName

from hatch_sentry_modules.model import Edge, Graph, Key, MarkerText, Node
from hatch_sentry_modules.resolve import resolve

# What is promised.
PARSING = 1.3
GROWTH = 2.0

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
SMALL = ROOT / "fixtures" / "locks" / "uv" / "real" / "uv.lock"
CONDITIONAL = 0.1
SIZES = (1_000, 10_000, 100_000)

PROBE = """
import json, sys, time
from pathlib import Path
{imports}
from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.model import Selection

def freeze(lock, **selection):
    own, config = project.read(lock.parent), Config(source=lock.name)
    return render.to_python(pipeline.freeze(own, config, selection=Selection(**selection)))

freeze(Path(sys.argv[2]))
lock = Path(sys.argv[1])
text = lock.read_text(encoding="utf-8")
start = time.process_time()
{call}
print(time.process_time() - start)
"""
PARSERS = ("tomli", "tomllib", "rtoml")
FREEZE = {
    "freeze": "freeze(lock)",
    "freeze, all extras": "freeze(lock, all_packages=True, all_extras=True)",
}
MARKERS = [
    *(MarkerText(f'python_full_version {op} "3.{minor}"') for minor in (11, 12) for op in "<>"),
    *(MarkerText(f'sys_platform == "{name}"') for name in ("linux", "win32", "darwin")),
]
ENVIRONMENT = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.8",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.8.0",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.12.8",
    "python_version": "3.12",
    "sys_platform": "linux",
}

Samples = dict[str, list[float]]


def largest(pattern: str, containing: str = "") -> Path:
    """Find the largest lock file of the corpus, among those that contain a text."""
    files = [path for path in CORPUS.glob(pattern) if containing in path.read_text("utf-8")]
    return max(files, key=lambda path: path.stat().st_size)


def in_process(lock: Path, rounds: int) -> Samples:
    """Measure parsing alone and freezing, each in a process of its own.

    It has frozen a small lock file before, so that all is imported; but nothing of the large one
    is in a cache, and no heap is left over from what was measured before.
    """
    kinds = {name: (f"import {name}", f"{name}.loads(text)") for name in PARSERS}
    kinds |= {name: ("", call) for name, call in FREEZE.items()}
    samples: Samples = defaultdict(list)
    for _ in range(rounds):
        for kind, (imports, call) in kinds.items():
            program = PROBE.format(imports=imports, call=call)
            command = [sys.executable, "-c", program, str(lock), str(SMALL)]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if run.returncode == 0:
                samples[kind].append(float(run.stdout))
            elif "ModuleNotFoundError" not in run.stderr:
                raise RuntimeError(run.stderr)
    return samples


def synthetic(count: int) -> Graph:
    """Make a graph in which a package needs four others, one in ten links under a marker."""
    chance = random.Random(count)  # noqa: S311  # the same graph in every run
    nodes: dict[Key, Node] = {}
    for number in range(count):
        nearby = range(number + 1, min(number + 50, count))
        edges = [
            Edge(target, chance.choice(MARKERS) if chance.random() < CONDITIONAL else None)
            for target in {*nearby[:1], *chance.sample(nearby, min(3, len(nearby)))}
        ]
        nodes[number] = Node(NormalizedName(f"p{number}"), "1.0", tuple(edges))
    return Graph(file="synthetic", roots=(Edge(0),), nodes=nodes)


def closures(rounds: int) -> dict[str, Samples]:
    """Measure the closure on growing graphs, in microseconds for each package."""
    graphs = {count: synthetic(count) for count in SIZES}
    ways: dict[str, Callable[[Graph], object]] = {
        "universal": resolve,
        "one environment": lambda graph: resolve(graph, ENVIRONMENT),
    }
    samples: dict[str, Samples] = {way: defaultdict(list) for way in ways}
    for _ in range(rounds):
        for way, function in ways.items():
            for count, graph in graphs.items():
                gc.collect()
                start = time.process_time()
                function(graph)
                spent = time.process_time() - start
                samples[way][f"{count}"].append(spent / count * 1e6)
    return samples


def exports(rounds: int) -> Iterator[tuple[str, Samples]]:
    """Measure whole processes: freezing from a lock file, and its own tool's export from it."""
    ours = [sys.executable, "-m", "hatch_sentry_modules", "freeze", "-o", "out.py"]
    tools = {
        "uv": (largest("uv/*/uv.lock"), ["export", "--frozen", "--all-packages", "-o", "out.txt"]),
        "poetry": (
            largest("poetry/*/poetry.lock", 'lock-version = "2.1"'),
            ["export", "-o", "out.txt"],
        ),
    }
    for tool, (lock, arguments) in tools.items():
        if program := shutil.which(tool):
            yield (
                f"{tool} export, {described(lock)}",
                whole(lock.parent, {"freeze": ours, tool: [program, *arguments]}, rounds),
            )
        else:
            print(f"{tool} is not installed here, so its export is not measured")


def whole(project: Path, commands: dict[str, list[str]], rounds: int) -> Samples:
    """Measure commands in turns in a copy of a project, in seconds as a user waits for them."""
    samples: Samples = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        root, cache = Path(name) / "project", str(Path(name) / "cache")
        # Installed packages are compiled, whatever the shell that runs this has set.
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        # What is copied may be read-only, and tools write into the project.
        shutil.copytree(project, root, copy_function=shutil.copyfile)
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        for number in range(rounds + 1):
            for kind, command in commands.items():
                start = time.perf_counter()
                subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
                if number:  # the first round compiles modules and warms caches
                    samples[kind].append(time.perf_counter() - start)
    return samples


def described(lock: Path) -> str:
    """Name a lock file of the corpus, and its size."""
    return f"{lock.parent.name}/{lock.name} of {lock.stat().st_size / 1e6:.1f} MB"


def row(kind: str, value: float, unit: str, ratio: float, limit: float | None = None) -> bool:
    """Print one line of a table; give whether its promise holds."""
    holds = limit is None or ratio <= limit
    promise = "" if limit is None else f"  (at most {limit})"
    print(
        f"  {kind:<22}{value:>10.1f} {unit:<4}{ratio:>8.2f}{promise}{'' if holds else '  BROKEN'}"
    )
    return holds


def main() -> int:
    """Measure, print the tables; give 1 if a promise is broken."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    lock = largest("*/*/*lock*")
    print(f"In process, {described(lock)}: processor time, and its ratio to tomli.loads")
    medians = {kind: median(values) for kind, values in in_process(lock, rounds).items()}
    kept = [
        row(
            kind, value * 1e3, "ms", value / medians["tomli"], PARSING if kind == "freeze" else None
        )
        for kind, value in medians.items()
    ]
    for way, samples in closures(rounds).items():
        print(f"Closure, {way}: for each package, and its ratio to the smallest graph")
        first, *_ = (median(values) for values in samples.values())
        for size, values in samples.items():
            kept.append(
                row(f"{size} packages", median(values), "us", median(values) / first, GROWTH)
            )
    for title, samples in exports(rounds):
        print(f"{title}: whole processes, and their ratio to the tool")
        medians = {kind: median(values) for kind, values in samples.items()}
        *_, tool = medians.values()
        kept += [row(kind, value * 1e3, "ms", value / tool) for kind, value in medians.items()]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
