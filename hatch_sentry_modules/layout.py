"""Decides where the generated module goes in the wheel, and where that is in the source tree."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules import render
from hatch_sentry_modules.errors import ConfigError

FILE_NAME = "_sentry_modules.py"
"""The generated module's file name; the run-time side looks for it by this name."""

MODULE = FILE_NAME.removesuffix(".py")
"""What the generated module is called where Python imports it from the top level."""

SBOM_NAME = "sentry-modules.cdx.json"
"""The SBOM's file name, in a wheel's ``.dist-info/sboms`` and at the top of an sdist."""

GENERATED = render.HEADER.strip().encode("ascii")
"""How every generated module begins, whatever its line ends."""

_TESTS = {"test", "tests", "testing"}


def place(files: Iterable[str], project: NormalizedName) -> str:
    """Choose the generated module's path in a wheel.

    It goes into an import package: the only one, or of several the one with the project's name;
    else the one whose name shares the most words with it (``shop`` of ``acme-shop``), a folder of
    tests last, and of equal ones the first by name. The run-time side searches every import
    package, so the choice decides where people look, not whether the module is found. Beside a
    single module, or below nothing that Python can import, it goes to the top. ``files`` are
    the paths of the files in the wheel, with forward slashes.
    """
    paths = [PurePosixPath(file) for file in files]
    packages = _import_packages(paths, {".py"}) or _import_packages(paths, {".pyd", ".so"})
    packages += (str(folder) for folder in _below_shared(paths) if _name(folder) == project)
    words = {*project.split("-")}

    def rank(package: str) -> tuple[bool, bool, int, str]:
        name = _name(PurePosixPath(package))
        own = {*name.split("-")}
        return name != project, not _TESTS.isdisjoint(own), -len(words & own), package

    return "/".join([*sorted(packages, key=rank)[:1], FILE_NAME])


def _import_packages(files: list[PurePosixPath], suffixes: set[str]) -> list[str]:
    """Find the outermost folders that hold ``__init__.py``, or below namespaces any module."""
    folders = {f.parent for f in files if f.suffix in suffixes and f.parent.parts}
    regular = {file.parent for file in files if file.name == "__init__.py"}
    outermost = (folder for folder in folders if regular.isdisjoint(folder.parents))
    return [str(folder) for folder in outermost if all(map(str.isidentifier, folder.parts))]


def _below_shared(files: list[PurePosixPath]) -> list[PurePosixPath]:
    """Find the packages in others of nothing but ``__init__.py``: namespaces of several wheels."""
    regular = {file.parent for file in files if file.name == "__init__.py"}
    own = {file.parent for file in files if file.suffix == ".py" and file.name != "__init__.py"}
    return [folder for folder in regular if own.isdisjoint(folder.parents)]


def _name(folder: PurePosixPath) -> NormalizedName:
    return canonicalize_name(".".join(folder.parts))


def check_free(path: str, there: bytes | None) -> None:
    """Raise ``ConfigError`` where the file there, by its beginning, is no generated module."""
    if there not in (None, GENERATED):
        place = "tool.sentry-modules.path"
        fault = f"{path!r} is a file of the project, and no generated module"
        remedy = "Set path to a free place, or rename the file"
        raise ConfigError(file="pyproject.toml", place=place, fault=fault, remedy=remedy)


def sbom_taken(path: str) -> ConfigError:
    """Make the error for a file of the project's own where the SBOM goes."""
    fault = f"{path!r} is a file of the project"
    remedy = "Rename the file"
    return ConfigError(
        file="pyproject.toml", place="tool.sentry-modules.sbom", fault=fault, remedy=remedy
    )


def beginning(path: Path) -> bytes | None:
    """Return how a file begins, or nothing where there is none; a folder begins with nothing."""
    if not path.is_file():
        return b"" if path.exists() else None
    with path.open("rb") as file:
        return file.read(len(GENERATED))


def in_tree(wheel_path: str, files: Mapping[str, str]) -> str:
    """Return the place in the tree of a place in the wheel, given both paths of each file."""
    folder = PurePosixPath(wheel_path).parent
    for in_wheel, tree_path in sorted(files.items()):
        if PurePosixPath(in_wheel).parent == folder:
            return str(PurePosixPath(tree_path).parent / PurePosixPath(wheel_path).name)
    return wheel_path
