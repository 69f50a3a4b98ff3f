"""Finds which distribution brought a file, so that those in a bundle can be named.

An installer records every file of a distribution, which also tells apart those that share a
namespace package, and finds those that have nothing to import. Where there is no record, as in
Debian's packages, or none of the files, as in an editable install, folders tell.
https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

import csv
import json
from collections.abc import Collection, Iterable
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
    """Whether a distribution has one of the files, which no record names.

    Args:
        distribution: It is editable, or was installed by a tool that keeps no record, or it has
            none of the files.
        files: Canonical paths.
    """
    project = _editable_project(distribution)
    if project:
        return any(_is_source(file, project) for file in files)
    if recorded(distribution):
        return False
    folder = _real(Path(str(distribution.locate_file(""))))
    return any(_is_named(file, folder, _top_level(distribution)) for file in files)


def _top_level(distribution: Distribution) -> Collection[str]:
    """Name what is imported, as setuptools writes it down or, without that, as is usual."""
    text = distribution.read_text("top_level.txt") or ""
    return text.split() or [distribution.metadata["Name"].replace("-", "_").lower()]


def _is_named(file: Path, folder: Path, names: Collection[str]) -> bool:
    """Whether a file is of one of the packages or modules in a folder."""
    within = file.parts[len(folder.parts) :]
    return file.is_relative_to(folder) and within[0].partition(".")[0] in names


def _is_source(file: Path, project: Path) -> bool:
    """Whether a file is a project's own, not of an environment inside its folder."""
    within = file.parts[len(project.parts) :]
    return file.is_relative_to(project) and not _INSTALLED_INTO & {*within}


def _editable_project(distribution: Distribution) -> Path | None:
    """Return the folder of an editable install (PEP 610), or nothing."""
    try:
        document = json.loads(distribution.read_text("direct_url.json") or "{}")
        if not document["dir_info"]["editable"]:
            return None
        return _real(Path(url2pathname(urlsplit(document["url"]).path)))
    except (OSError, RuntimeError, ValueError, TypeError, KeyError):
        return None
