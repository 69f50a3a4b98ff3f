"""Finds which distribution brought a file: by the installer's record, else by its folder.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

import csv
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

_INSTALLED_INTO = {"site-packages", "dist-packages"}


def canonical_path(path: str | Path) -> Path:
    """Return the one spelling of a path: its folder is followed, since ``lib64`` can be a link."""
    path = Path(path)
    return _real(path.parent) / path.name


@cache
def _real(folder: Path) -> Path:
    return folder.resolve()


def recorded(distribution: Distribution) -> set[Path]:
    """Return the files that the installer recorded; none where the record is unusable."""
    try:
        files = map(distribution.locate_file, distribution.files or ())
        return {canonical_path(str(file)) for file in files}
    except (OSError, RuntimeError, ValueError, TypeError, csv.Error):
        return set()


def is_recognized(distribution: Distribution, files: Iterable[Path]) -> bool:
    """Whether a distribution has one of the files, canonical paths, which no record names."""
    project = editable_project(distribution)
    if project:
        return bool(in_project(project, files))
    # Before Python 3.12 the files of an egg-info in ``src`` are paths that do not exist.
    if any(file.exists() for file in recorded(distribution)):
        return False
    folder = _real(Path(str(distribution.locate_file(""))))
    # What is imported, as setuptools writes it down or, without that, as is usual.
    names = (distribution.read_text("top_level.txt") or "").split()
    names = names or [distribution.metadata["Name"].replace("-", "_").lower()]
    within = (file.relative_to(folder) for file in files if file.is_relative_to(folder))
    return any(path.parts[0].partition(".")[0] in names for path in within)


def in_project(project: Path, files: Iterable[Path]) -> set[Path]:
    """Return the files of a project's folder; an environment inside it is not its own."""
    within = {file for file in files if file.is_relative_to(project)}
    return {f for f in within if _INSTALLED_INTO.isdisjoint(f.relative_to(project).parts)}


def editable_project(distribution: Distribution) -> Path | None:
    """Return the folder of an editable install (PEP 610), or nothing."""
    try:
        document = json.loads(distribution.read_text("direct_url.json") or "{}")
        url = document["url"]
        if not document["dir_info"]["editable"] or not url.startswith("file:"):
            return None
        return _real(Path(url2pathname(urlsplit(url).path)))
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
        return None  # a RecursionError is a RuntimeError
