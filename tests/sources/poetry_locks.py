"""Writes small ``poetry.lock`` files, and freezes them in both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.model import Manifest
from tests import corpus
from tests.environments import LINUX, execute, listed
from tests.sources.selections import select

FIXTURES = Path(__file__).parents[2] / "fixtures" / "locks" / "poetry"
WINDOWS = LINUX | {"os_name": "nt", "platform_system": "Windows", "sys_platform": "win32"}


def package(name: str, *lines: str, version: str = "1.0", groups: str = '["main"]') -> str:
    """Write one package of a lock file."""
    head = [f'name = "{name}"', f'version = "{version}"', f"groups = {groups}"]
    return "\n".join(["[[package]]", *head, *lines, ""])


def write(folder: Path, *packages: str, pyproject: str, **metadata: str) -> Path:
    """Write a lock file, and a project beside it, into a folder."""
    values = {"lock-version": "2.1", "python-versions": ">=3.8", **metadata}
    extras = '[extras]\nweb = ["colorama"]\n"Big_Data" = []\n'
    lines = [f'{key} = "{value}"' for key, value in values.items()]
    text = "\n".join([*packages, extras, "[metadata]", *lines, ""])
    (folder / "poetry.lock").write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    return folder


def freeze(folder: Path, environment: dict[str, str] | None = None, **selection: Any) -> Manifest:
    """Freeze the project in a folder; extras and groups are named in one text each."""
    own, config = project.read(folder), Config(source="poetry.lock")
    chosen = select(**selection)
    return pipeline.freeze(own, config, selection=chosen, environment=environment)


def names(folder: Path, environment: dict[str, str] = LINUX, **selection: Any) -> str:
    """Name what is frozen, without the project; both ways of freezing have to agree."""
    found = corpus.listed(freeze(folder, environment, **selection))
    universal = freeze(folder, **selection)
    modules = listed(execute(render.to_python(universal), environment))
    modules.pop(universal.project or "", None)
    assert modules == {name: version for name, version in found.items() if version}
    return " ".join(sorted(found))
