"""The run-time side beside the stock SDK: ``python -m bench.runtime [ROUNDS]``.

Every measurement is a fresh process, all kinds take turns in one run, and medians are compared.
Ends with status 1 if a promised ratio does not hold.
"""

from __future__ import annotations

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from itertools import cycle
from pathlib import Path
from statistics import median

SIZES = (30, 100, 300, 1000)

# What is promised, against the stock SDK and the import of a bare compiled dict.
LONGEST_IMPORT = 1000
LONGEST_FIRST_EVENT = 1.5
MOST_MEMORY = 2.0
EVENT_SHARE = {300: 1 / 8}
SCAN_RATIO = {30: 200, 100: 400, 300: 1000}
LONG_ROUNDS = 3
ROOT = Path(__file__).parents[1]
PROBE = Path(__file__).with_name("runtime_probe.py")
CACHE = ROOT / ".cache" / "bench-metadata.json"
SAMPLED = ["anthropic", "boto3", "celery", "django", "fastapi", "flask", "graphene", "httpx", "mcp"]

Samples = dict[str, list[float]]


def versions(count: int) -> dict[str, str]:
    """Give names and versions as a lock file has them."""
    return {f"distribution-{number:04}": f"{number % 9}.{number % 40}.1" for number in range(count)}


def lay_out_stripped(folder: Path, count: int) -> None:
    """Write a stripped application: import packages, the manifest, and a bare dict of its size."""
    table = "MODULES = {\n" + "".join(f'    "{n}": "{v}",\n' for n, v in versions(count).items())
    head = 'import sys\n\nFORMAT = 1\nSOURCE = "uv.lock"\nPROJECT = "acme-app"\n'
    for name in ("acme", *versions(count)):
        package = folder / name.replace("-", "_")
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
    (folder / "acme" / "_sentry_modules.py").write_text(head + table + "}\n", encoding="ascii")
    (folder / "acme" / "bare.py").write_text(table + "}\n", encoding="ascii")
    compileall.compile_dir(folder, quiet=1)


def lay_out_package(folder: Path) -> None:
    """Copy the package and compile it, as installing it does; the probe stands beside it alone."""
    shutil.copytree(ROOT / "runtime" / "sentry_modules", folder / "sentry_modules")
    shutil.copy(PROBE, folder)
    compileall.compile_dir(folder, quiet=1)


def lay_out_archive(archive: Path, folder: Path) -> None:
    """Put a stripped application into a zip file, compiled modules beside the sources."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for file in sorted(folder.rglob("*.py")):
            name = file.relative_to(folder)
            target.write(file, name.as_posix())
            (compiled,) = (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc")
            target.write(compiled, name.with_suffix(".pyc").as_posix())


def real_metadata() -> list[str]:
    """Give the METADATA of some seventy distributions as web services have them, installed once."""
    if not CACHE.exists():
        with tempfile.TemporaryDirectory() as name:
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", name]
            subprocess.run([*command, *SAMPLED], check=True)
            files = sorted(Path(name).glob("*.dist-info/METADATA"))
            texts = [file.read_text(encoding="utf-8") for file in files]
        CACHE.parent.mkdir(exist_ok=True)
        CACHE.write_text(json.dumps(texts), encoding="utf-8")
    found: list[str] = json.loads(CACHE.read_text(encoding="utf-8"))
    return found


def lay_out_intact(folder: Path, count: int) -> None:
    """Write the application with metadata for the stock integration to scan: real, but renamed."""
    lay_out_stripped(folder, count)
    for (name, version), text in zip(versions(count).items(), cycle(real_metadata())):
        metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir(parents=True)
        renamed = re.sub(r"(?m)^Name: .*$", f"Name: {name}", text, count=1)
        changed = re.sub(r"(?m)^Version: .*$", f"Version: {version}", renamed, count=1)
        (metadata / "METADATA").write_text(changed, encoding="utf-8")


def probe(root: Path, what: str, *arguments: object) -> dict[str, float]:
    """Take one measurement in a fresh process."""
    command = [sys.executable, str(root / "package" / PROBE.name), what, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(root / "package")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def take_turns(root: Path, is_long: bool) -> dict[str, dict[str, float]]:
    """Take each measurement once; give values by kind, size and column. The long ones are few."""
    kinds = {"import": probe(root, "import"), "instance": probe(root, "instance")}
    for size in SIZES:
        stripped = root / f"stripped{size}"
        kinds[f"first event, {size}"] = {
            **probe(root, "bare", stripped),
            **probe(root, "first", stripped),
            **(probe(root, "scan", root / f"intact{size}") if size in SCAN_RATIO else {}),
        }
        kinds[f"first event in a zip, {size}"] = {
            **probe(root, "bare", f"{stripped}.zip"),
            **probe(root, "first", f"{stripped}.zip"),
        }
        if is_long:
            kinds[f"memory, {size}"] = probe(root, "memory", stripped)
            kinds[f"per event, {size}"] = probe(root, "event", stripped)
    return kinds


def measure(root: Path, rounds: int) -> dict[str, Samples]:
    """Take all measurements, all kinds in turns; give samples by kind and size, and by column."""
    samples: dict[str, Samples] = defaultdict(lambda: defaultdict(list))
    for turn in range(rounds):
        for kind, columns in take_turns(root, is_long=turn < LONG_ROUNDS).items():
            for column, value in columns.items():
                samples[kind][column].append(value)
    return samples


def judge(kind: str, medians: dict[str, float]) -> tuple[str, bool]:
    """Give the ratios of one row in words, and whether the promised ones hold."""
    size = int(kind.rpartition(" ")[2]) if kind[-1].isdigit() else 0
    ours = medians["ours"]
    if kind in ("import", "instance"):
        return "over the SDK", kind == "instance" or ours <= LONGEST_IMPORT
    if kind.startswith("per event"):
        share = (ours - medians["none"]) / (medians["stock"] - medians["none"])
        return f"modules part: {share:.3f} of stock", share <= EVENT_SHARE.get(size, 1)
    ratio = ours / medians["bare"]
    if kind.startswith("memory"):
        return f"{ratio:.2f} of the bare dict", ratio <= MOST_MEMORY
    words, holds = f"{ratio:.2f} of the bare dict", ratio <= LONGEST_FIRST_EVENT
    if "stock" in medians:
        below = medians["stock"] / ours
        words += f", {below:.0f} times below stock"
        holds = holds and below >= SCAN_RATIO.get(size, 0)
    return words, holds


def main() -> int:
    """Lay everything out, measure, print the table; give 1 if a promise is broken."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        lay_out_package(root / "package")
        for size in SIZES:
            lay_out_stripped(root / f"stripped{size}", size)
            lay_out_archive(root / f"stripped{size}.zip", root / f"stripped{size}")
            lay_out_intact(root / f"intact{size}", size)
        samples = measure(root, rounds)
    broken = False
    for kind in sorted(samples, key=lambda kind: (kind.rpartition(",")[0], len(kind), kind)):
        medians = {column: median(values) for column, values in samples[kind].items()}
        words, holds = judge(kind, medians)
        broken = broken or not holds
        columns = "  ".join(f"{column} {value:.0f}" for column, value in medians.items())
        print(f"{kind:<26} {columns:<50} {words}{'' if holds else '  BROKEN'}")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
