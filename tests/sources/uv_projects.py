"""Projects locked by uv, and what is frozen from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.model import Manifest
from tests.environments import execute, listed
from tests.sources.selections import select

FIXTURES = Path(__file__).parents[2] / "fixtures" / "locks" / "uv"
PLATFORMS = {
    "linux": ("posix", "Linux", "linux"),
    "macos": ("posix", "Darwin", "darwin"),
    "windows": ("nt", "Windows", "win32"),
}


def environment(platform: str = "linux", python: str = "3.11.7") -> dict[str, str]:
    """Make an environment of CPython on one platform."""
    os_name, system, sys_platform = PLATFORMS[platform]
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": os_name,
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "6.8.0",
        "platform_system": system,
        "platform_version": "#1 SMP",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": sys_platform,
    }


def freeze(root: Path, where: dict[str, str] | None = None, **selection: Any) -> Manifest:
    """Freeze the project in a folder, for one environment or for all."""
    own = project.read(root)
    return pipeline.freeze(own, Config(), selection=select(**selection), environment=where)


def pins(root: Path, where: dict[str, str] | None = None, **selection: Any) -> str:
    """List what is frozen for an environment; the universal module has to say the same."""
    where = where or environment()
    manifest = freeze(root, where, **selection)
    found = {d.name: d.version for d in manifest.distributions}
    universal = execute(render.to_python(freeze(root, **selection)), where)
    assert listed(universal) == found
    return " ".join(f"{name}=={version}" for name, version in sorted(found.items()))


def write(root: Path, lock: str, pyproject: str = '[project]\nname = "app"\n') -> Path:
    """Write a project and its lock file, whose first lines are always the same."""
    (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    (root / "uv.lock").write_text(f"version = 1\nrevision = 3\n{lock}", encoding="utf-8")
    return root


APP = '[[package]]\nname = "app"\nversion = "1.0"\nsource = { editable = "." }\n'
REGISTRY = 'source = { registry = "https://index.example.org/simple" }\n'


def package(name: str, rest: str = "", version: str = "1.0") -> str:
    """Write a package of a lock file."""
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\n{REGISTRY}{rest}\n'
