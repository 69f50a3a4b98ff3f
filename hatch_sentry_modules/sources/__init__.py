"""Reads a project's source into a graph; each lock format is one file or folder here."""

import fnmatch
import os
from importlib import import_module

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
    "requirements*.lock": "requirements",
    "*.py.lock": "uv",
    "*.lock": "pex_lock",
    "*lock.json": "pex_lock",
}
"""The file names that are known, the first that fits, and the module that reads each."""

CONDA = ("pixi.lock", "*conda-lock.yml", "*conda-lock.yaml")
"""Lock files of whole environments, in which Python's distributions are some of many packages."""


def read(source: str, project: Project, selection: Selection) -> Graph:
    """Read a project's source for a selection of it; paths are seen from the project.

    It is the path of a lock file, ``installed`` for the interpreter that runs, or
    ``installed:PLACE`` for another one, an environment, or a folder such as what ``pip install
    --target`` fills. Raises ``SourceNotFoundError`` where there is no such file, ``SourceError``
    where the file is not what its name says, or holds a mistake.
    """
    form, colon, place = source.partition(":")
    if form == INSTALLED:
        from hatch_sentry_modules.sources import installed

        if colon and not place:
            fault, remedy = "the source 'installed:' names no place", "Name one behind the colon"
            raise SourceError(file=INSTALLED, fault=fault, remedy=remedy)
        return installed.read(project, selection, place)
    path = project.root / source
    if not os.path.lexists(path):
        remedy = "Correct 'source': a relative path begins in the project's folder"
        fault = "there is no such file"
        raise SourceNotFoundError(file=path.name, fault=fault, remedy=remedy)
    # Compiling the patterns takes as long as reading a small lock file.
    name = READERS.get(path.name) or _fitting(path.name)
    graph: Graph = import_module(f"{__name__}.{name}").read(path, project, selection)
    return graph


def _fitting(name: str) -> str:
    """Return the module for a name that only a pattern fits."""
    if any(fnmatch.fnmatchcase(name, pattern) for pattern in CONDA):
        fault = "it locks an environment of conda"
        remedy = "Name that environment where it is installed: source = 'installed:PLACE'"
        raise SourceError(file=name, fault=fault, remedy=remedy)
    for pattern, module in READERS.items():
        if fnmatch.fnmatchcase(name, pattern):
            return module
    remedy = "Known are " + ", ".join(READERS)
    raise SourceError(file=name, fault="no lock format has this file name", remedy=remedy)
