"""An application of any size: import packages, its generated module, and metadata if asked for."""

from __future__ import annotations

import compileall
import json
import re
import shutil
import sys
import zipfile
from itertools import cycle
from pathlib import Path

from demo.cache import keep
from demo.commands import run
from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config

SAMPLED = ("anthropic", "boto3", "celery", "django", "fastapi", "flask", "graphene", "httpx", "mcp")
"""With what they need, some seventy distributions as web services have them."""

SCATTERED = 30
"""The distributions in a manifest that has to be searched for."""

PROJECT = '[project]\nname = "acme-app"\nversion = "4.2.0"\n'


def name(count: int) -> str:
    """Return the name of the import package of the application of a size."""
    return f"acme_{count}"


def versions(count: int) -> dict[str, str]:
    """Return names and versions as a lock file has them."""
    return {f"distribution-{number:04}": f"{number % 9}.{number % 40}.1" for number in range(count)}


def lay_out(folder: Path, count: int) -> Path:
    """Write the application without any metadata, compiled, and return its folder.

    Beside the generated module lies a bare dict of the same size.
    """
    package = folder / name(count)
    for path in (package, *(folder / name.replace("-", "_") for name in versions(count))):
        path.mkdir(parents=True)
        (path / "__init__.py").touch()
    text = _generated(folder / "source", count)
    (package / "_sentry_modules.py").write_text(text, encoding="ascii")
    lines = (f'    "{name}": "{version}",\n' for name, version in versions(count).items())
    bare = f"MODULES = {{\n{''.join(lines)}}}\n"
    (package / "bare.py").write_text(bare, encoding="ascii")
    compileall.compile_dir(folder, quiet=1)
    return folder


def _generated(folder: Path, count: int) -> str:
    """Freeze a project that pins so many distributions."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    pins = (f"{name}=={version}\n" for name, version in versions(count).items())
    (folder / "requirements.txt").write_text("".join(pins), encoding="utf-8")
    text = render.to_python(pipeline.freeze(project.read(folder), Config()))
    shutil.rmtree(folder)
    return text


def add_metadata(folder: Path, count: int, *, differing: int = 0) -> Path:
    """Add metadata for the stock integration to scan, real but renamed; return the folder.

    The first ``differing`` distributions are there in another version.
    """
    texts = cycle(_real_metadata())
    for number, (name, version) in enumerate(versions(count).items()):
        module, found = name.replace("-", "_"), "99.0" if number < differing else version
        metadata = folder / f"{module}-{found}.dist-info"
        metadata.mkdir(parents=True)
        renamed = re.sub(r"(?m)^Name: .*$", f"Name: {name}", next(texts), count=1)
        changed = re.sub(r"(?m)^Version: .*$", f"Version: {found}", renamed, count=1)
        (metadata / "METADATA").write_text(changed, encoding="utf-8")
        (metadata / "RECORD").write_text(f"{module}/__init__.py,,0\n", encoding="utf-8")
        (folder / module).mkdir(exist_ok=True)
        (folder / module / "__init__.py").touch()
    return folder


def scatter(folder: Path, count: int) -> Path:
    """Write so many import packages, of which the last holds a manifest; return the folder."""
    packages = [folder / f"package_{number:03}" for number in range(count)]
    for package in packages:
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
    text = _generated(folder / "source", SCATTERED)
    (packages[-1] / "_sentry_modules.py").write_text(text, encoding="ascii")
    compileall.compile_dir(folder, quiet=1)
    return folder


def _real_metadata() -> list[str]:
    """Return the METADATA of the sampled distributions, which are installed once."""

    def fill(folder: Path) -> None:
        place = folder / "installed"
        run(sys.executable, "-m", "pip", "install", "--quiet", "--target", place, *SAMPLED)
        files = sorted(place.glob("*.dist-info/METADATA"))
        texts = [file.read_text(encoding="utf-8") for file in files]
        (folder / "metadata.json").write_text(json.dumps(texts), encoding="utf-8")
        shutil.rmtree(place)

    path = keep("bench-metadata", SAMPLED, fill) / "metadata.json"
    texts: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def archive(folder: Path) -> Path:
    """Put an application into a zip file beside its folder, compiled modules by the sources."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            place = file.relative_to(folder)
            if file.suffix == ".pyc":
                module = file.name.partition(".")[0]
                place = place.parent.parent / f"{module}.pyc"
            target.write(file, place.as_posix())
    return path
