"""The sample application of these tests, and the real tools that lay it out on disk."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import types
import zipfile
from pathlib import Path
from typing import Any, Mapping

import pytest
from sentry_sdk.consts import VERSION

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "runtime"
CACHE = ROOT / ".cache"

FROZEN = {"acme-app": "4.2.0", "certifi": "2020.12.5", "flask": "3.1.3", "typing_extensions": "4"}
"""What the application's manifest lists; one name is listed as its metadata spells it."""

MAIN = """
import json, sys
import sentry_sdk
from importlib import metadata
from sentry_modules import FrozenModulesIntegration

events = []
sentry_sdk.init(
    dsn="https://key@sentry.example.org/1",
    integrations=[FrozenModulesIntegration({arguments})],
    before_send=lambda event, hint: events.append(event),
)
{before}
sentry_sdk.capture_message("hello")
versions = {{}}
for name in ("acme-app", "flask"):
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        versions[name] = None
print(json.dumps({{"modules": events[-1]["modules"], "versions": versions}}))
"""


def main_text(arguments: str = "", before: str = "") -> str:
    """Return the application's main module: it captures an event and prints what it carried."""
    return MAIN.format(arguments=arguments, before=before)


def document(modules: Mapping[str, object] = FROZEN, **more: object) -> str:
    """Return the JSON document of a manifest; ``project`` is acme-app if none is named."""
    first = {"sentry-modules": 1, "project": "acme-app", "source": "uv.lock"}
    return json.dumps({**first, "modules": {**modules}, "conditional": [], "skipped": [], **more})


def manifest_text(
    modules: Mapping[str, object] = FROZEN, project: str | None = "acme-app", **more: object
) -> str:
    """Return a generated module, in format 1."""
    text = document(modules, project=project, **more)
    return f"import sys\n\nMANIFEST = {text!r}\nAPPLIES = []\n"


def generated(modules: Mapping[str, object] = FROZEN, **more: object) -> types.ModuleType:
    """Return a generated module that lies nowhere, as a stripped application has one."""
    module = types.ModuleType("_sentry_modules")
    vars(module).update(MANIFEST=document(modules, **more), APPLIES=[])
    return module


def sources(**files: str) -> dict[str, str]:
    """Return the files of the application: the package, its main module and the manifest."""
    return {
        "acme/__init__.py": "",
        "acme/__main__.py": main_text(),
        "acme/_sentry_modules.py": manifest_text(),
        **{f"acme/{name}.py": text for name, text in files.items()},
    }


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder and give it back."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def write_wheel(
    folder: Path, name: str, version: str, files: Mapping[str, str], entry_points: str = ""
) -> Path:
    """Write a wheel of pure Python files that pip installs, and give its path."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    contents = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if entry_points:
        contents[f"{info}/entry_points.txt"] = entry_points
    record = "".join(f"{path},{_digest(text)}\n" for path, text in contents.items())
    contents[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return wheel


def _digest(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    return f"sha256={digest},{len(text.encode())}"


def pip_install(*arguments: object, python: object = sys.executable) -> None:
    """Install with the real pip, from what is given and nowhere else."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    offline = ["--no-deps", "--no-index", "--no-warn-script-location", *map(str, arguments)]
    subprocess.run(
        [*command, *offline], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(_site())}
    )


def _site() -> list[str]:
    """Return where this process finds build backends, for pip to find them as well."""
    return [path for path in sys.path if path.endswith("site-packages")]


def strip(folder: Path) -> Path:
    """Remove all metadata from a folder, as bundlers do, and give it back."""
    for metadata in folder.glob("*.dist-info"):
        shutil.rmtree(metadata)
    return folder


def archive(folder: Path, target: Path, inside: str = "") -> Path:
    """Put a folder into a zip file, below the folder ``inside`` of it."""
    with zipfile.ZipFile(target, "w") as bundle:
        for file in sorted(folder.rglob("*")):
            if "__pycache__" not in file.parts:
                bundle.write(file, (Path(inside) / file.relative_to(folder)).as_posix())
    return target


@functools.lru_cache(maxsize=None)
def installed_once(*requirements: str) -> Path:
    """Install from the index into a folder of the cache, once for all runs, and give its path.

    Skips the test where there is no index. Tests that run side by side each install, and the
    first that has finished keeps its folder.
    """
    label = hashlib.sha256(" ".join(requirements).encode()).hexdigest()[:12]
    # Each binary interface has its own folder: PyPy and CPython can be of one version.
    folder = CACHE / f"site{sysconfig.get_config_var('EXT_SUFFIX')}-{label}"
    if folder.exists():
        return folder
    part = CACHE / f"{folder.name}.{os.getpid()}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(part)]
    done = subprocess.run([*command, *requirements], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"cannot install {' '.join(requirements)}: {done.stderr.strip()[-200:]}")
    try:
        part.rename(folder)
    except OSError:
        shutil.rmtree(part)
    return folder


def sdk() -> Path:
    """Return a folder that holds the SDK of this test run and what it needs, with metadata."""
    return installed_once(f"sentry-sdk=={VERSION}")


def run(
    *arguments: object,
    path: tuple[Path, ...] = (),
    python: object = sys.executable,
    cwd: Path | None = None,
) -> str:
    """Run Python, with these folders and archives before everything else on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    done = subprocess.run(
        [str(python), *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def report(*arguments: object, **options: Any) -> Any:
    """Run Python and read the JSON that it prints last."""
    return json.loads(run(*arguments, **options).splitlines()[-1])
