"""Finds a project's source and reads it into a graph; each lock format is one file here."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from hatch_sentry_modules.errors import SourceError, SourceNotFoundError
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
}
"""The file names that are known, in order of preference, and the module that reads each."""

AUTO = ("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "requirements.txt")
"""The files that ``source = "auto"`` looks for, in this order."""


def read(source: str, project: Project, selection: Selection) -> Graph:
    """Read a project's source.

    Args:
        source: ``auto``, the path of a lock file, ``installed`` for the interpreter that runs,
            or ``installed:PATH`` for another one, an environment, or a folder such as the target
            of ``pip install --target``. Paths are seen from the project.
        project: The project that is being built.
        selection: What is asked for.

    Raises:
        SourceNotFoundError: There is no such file; for ``auto``, no usable one.
        SourceError: The file is not what its name says, or holds a mistake.
    """
    if source.partition(":")[0] == INSTALLED:
        from hatch_sentry_modules.sources import installed

        return installed.read(project, selection, source.partition(":")[2])
    path = find(project.root) if source == "auto" else project.root / source
    return _reader(path)(path, project, selection)


def find(root: Path) -> Path:
    """Find the lock file that ``source = "auto"`` stands for.

    A ``requirements.txt`` counts only if it is pinned. A workspace member finds the
    ``uv.lock`` of the workspace above it.

    Raises:
        SourceNotFoundError: There is none.
    """
    for name in AUTO:
        path = root / name
        if path.is_file() and (name != "requirements.txt" or _is_pinned(path)):
            return path
    from hatch_sentry_modules.sources import uv

    if above := uv.find_workspace_lock(root):
        return above
    raise SourceNotFoundError(
        file="pyproject.toml",
        fault="no lock file stands beside it (" + ", ".join(AUTO) + " with every version pinned)",
        remedy="Lock the project, for instance with 'uv lock', or set 'source'",
    )


def _is_pinned(path: Path) -> bool:
    # A build imports the reader of its own lock file alone: what it imports, it compiles first.
    from hatch_sentry_modules.sources import requirements

    return requirements.is_pinned(path)


def _reader(path: Path) -> Callable[[Path, Project, Selection], Graph]:
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
