"""Decides where the generated module goes in the wheel, and where that is in the source tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.errors import ConfigError

FILE_NAME = "_sentry_modules.py"
"""The generated module's file name; the run-time side looks for it by this name."""

SBOM_NAME = "sentry-modules.cdx.json"
"""The SBOM's file name, in a wheel's ``.dist-info/sboms`` and at the top of an sdist."""


def place(files: Iterable[str], project: NormalizedName) -> str:
    """Choose the generated module's path in a wheel.

    It goes into the project's import package: the only one, or the one that has the project's
    name. Beside a single module, or below nothing that can be imported, it goes to the top.

    Args:
        files: The paths of the files in the wheel, with forward slashes.
        project: The name of the project.

    Raises:
        ConfigError: There are several import packages and none has the project's name.
    """
    paths = [PurePosixPath(file) for file in files]
    packages = _import_packages(paths, {".py"}) or _import_packages(paths, {".pyd", ".so"})
    named = [
        package for package in packages if canonicalize_name(package.replace("/", ".")) == project
    ]
    if len(packages) > 1 and len(named) != 1:
        names = ", ".join(repr(package) for package in packages)
        fault = f"the wheel holds the import packages {names}, and none has the project's name"
        remedy = f"Set path, for instance path = '{packages[0]}/{FILE_NAME}'"
        raise ConfigError(
            file="pyproject.toml", place="tool.sentry-modules.path", fault=fault, remedy=remedy
        )
    return "/".join([*(named or packages), FILE_NAME])


def _import_packages(files: list[PurePosixPath], suffixes: set[str]) -> list[str]:
    """Find the outermost folders that hold ``__init__.py``, or below namespaces any module."""
    folders = sorted({f.parent for f in files if f.suffix in suffixes and f.parent.parts})
    regular = {file.parent for file in files if file.name == "__init__.py"}
    outermost: list[PurePosixPath] = []
    for folder in folders:
        inside = any(other in regular and other in folder.parents for other in outermost)
        if not inside and all(part.isidentifier() for part in folder.parts):
            outermost.append(folder)
    return [str(folder) for folder in outermost]


def in_tree(wheel_path: str, files: Mapping[str, str]) -> str:
    """Give the place in the source tree that becomes a place in the wheel.

    Args:
        wheel_path: Where the generated module goes in the wheel.
        files: The path in the wheel and the path in the tree of each file.
    """
    folder = PurePosixPath(wheel_path).parent
    for in_wheel, tree_path in sorted(files.items()):
        if PurePosixPath(in_wheel).parent == folder:
            return str(PurePosixPath(tree_path).parent / PurePosixPath(wheel_path).name)
    return wheel_path
