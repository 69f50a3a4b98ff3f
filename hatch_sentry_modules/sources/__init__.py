"""Reads a project's source into a graph; each lock format is one file or folder here."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Graph, Selection
from hatch_sentry_modules.project import Project

INSTALLED = "installed"

READERS = {
    "pylock.toml": "pylock",
    "pylock.*.toml": "pylock",
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "Pipfile.lock": "pipfile",
    "*.txt": "requirements",
    "requirements*.lock": "requirements",
    "*.lock": "pex_lock",
    "*lock.json": "pex_lock",
}
"""The file names that are known, the first that fits, and the module that reads each."""

CONDA = ("pixi.lock", "*conda-lock.yml", "*conda-lock.yaml")
"""Lock files of whole environments, in which Python's distributions are some of many packages."""


def read(source: str, project: Project, selection: Selection) -> Graph:
    """Read a project's source.

    Args:
        source: The path of a lock file, ``installed`` for the interpreter that runs, or
            ``installed:PLACE`` for another one, an environment, or a folder such as the target
            of ``pip install --target``. Paths are seen from the project.
        project: The project that is being built.
        selection: What is asked for.

    Raises:
        SourceNotFoundError: There is no such file.
        SourceError: The file is not what its name says, or holds a mistake.
    """
    if source.partition(":")[0] == INSTALLED:
        from hatch_sentry_modules.sources import installed

        return installed.read(project, selection, source.partition(":")[2])
    path = project.root / source
    return _reader(path)(path, project, selection)


def _reader(path: Path) -> Callable[[Path, Project, Selection], Graph]:
    """Import the reader of one format alone: what a build imports, it compiles first."""
    if _is_one_of(path, CONDA):
        fault = "it locks an environment of conda"
        remedy = "Name that environment where it is installed: source = 'installed:PLACE'"
        raise SourceError(file=path.name, fault=fault, remedy=remedy)
    for pattern, module in READERS.items():
        if fnmatch.fnmatchcase(path.name, pattern):
            reader: Callable[[Path, Project, Selection], Graph]
            reader = import_module(f"hatch_sentry_modules.sources.{module}").read
            return reader
    raise SourceError(
        file=path.name,
        fault="no lock format has this file name",
        remedy="Known are " + ", ".join(READERS),
    )


def _is_one_of(path: Path, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(path.name, pattern) for pattern in patterns)
