"""Reads what ``pyproject.toml`` says of the project that is being built."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Node, Selection
from hatch_sentry_modules.reading import RefusedFileError, read_toml

PYPROJECT = Place("pyproject.toml")

NO_VERSION = "the lock file holds no version for it"
NOT_LOCKED = "the lock file does not hold it"


class Project(NamedTuple):
    """The project as its own file declares it; ``table`` is all of that file.

    ``version`` is ``None`` while it is dynamic, ``name`` for a folder that declares no project, and
    ``is_dynamic`` tells that the requirements are not known here.
    """

    root: Path
    name: NormalizedName | None = None
    version: str | None = None
    requires_python: SpecifierSet = SpecifierSet()
    dependencies: tuple[Requirement, ...] = ()
    optional_dependencies: Mapping[NormalizedName, tuple[Requirement, ...]] = MappingProxyType({})
    is_dynamic: bool = False
    table: Table = Table({}, PYPROJECT)


def read(
    root: Path,
    document: Table | None = None,
    *,
    name: str | None = None,
    version: str | None = None,
) -> Project:
    """Read the project in a folder; a folder without ``pyproject.toml`` is an empty project.

    The name and the version that a build backend found take precedence over the file's, which may
    be parsed already. Raises ``SourceError`` where the file cannot be read for what the
    specification says it holds.
    https://packaging.python.org/en/latest/specifications/pyproject-toml/
    """
    path = root / PYPROJECT.file
    if document is None:
        document = read_toml(path) if os.path.lexists(path) else Table({}, PYPROJECT)
    table = document.table("project")
    build = Place("the build")
    own_name, own_version = _identity(document)
    extras = table.table("optional-dependencies")
    return Project(
        root=root,
        name=build.at("name").name(name) if name else own_name,
        version=build.at("version").version(version) if version else own_version,
        requires_python=table.specifiers("requires-python"),
        dependencies=requirements(table, "dependencies"),
        optional_dependencies={
            extras.place.at(extra).name(extra): requirements(extras, extra)
            for extra in extras.values
        },
        is_dynamic="dependencies" in table.strings("dynamic") or not table.values,
        table=document,
    )


def _identity(document: Table) -> tuple[NormalizedName | None, str | None]:
    """Read the name and the static version; older Poetry has its own table, PDM may have ""."""
    table = document.table("project")
    poetry = document.table("tool").table("poetry")
    named = table if table.values else poetry
    name = named.name() if named.string("name") else None
    versions = (each.version() for each in (table, poetry) if each.string("version"))
    return name, next(versions, None)


def requirements(table: Table, key: str) -> tuple[Requirement, ...]:
    """Parse an array of PEP 508 requirements at a key of a table."""
    place = table.place.at(key)
    return tuple(place.at(i).requirement(text) for i, text in enumerate(table.strings(key)))


def refuse_member(file: str, project: Project, selection: Selection) -> None:
    """Refuse another project than the one that a lock file is of, where it is of one alone."""
    if selection.package not in {None, project.name}:
        fault = f"it is of one project alone, and that is not {selection.package!r}"
        remedy = "Freeze that project from its own folder"
        raise SourceError(file=file, fault=fault, remedy=remedy)


class Members:
    """The projects in folders below that of a lock file, each read once, as it is now."""

    def __init__(self, root: Path) -> None:
        """Take the folder that paths begin in."""
        self._root = root
        self._read: dict[Path, tuple[NormalizedName | None, str | None]] = {}

    def node(self, name: NormalizedName, version: str | None, folder: str | None = None) -> Node:
        """Make the node of a package; a folder of the project is installed as it now is."""
        if folder:
            version = self.version(folder, name) or version
        return Node(name, version, reason=NO_VERSION)

    def version(self, path: str, name: NormalizedName) -> str | None:
        """Find the static version of a named project in a folder inside that of the lock file.

        Raises ``RefusedFileError`` where what stands there is no file.
        """
        folder = self._resolved(path)
        is_inside = folder and folder.is_relative_to(self._root.resolve())
        if not is_inside or Path(path).is_absolute():
            return None
        try:
            own_name, version = self.identity(path)
        except RefusedFileError as error:
            raise RefusedFileError(file=f"pyproject.toml of {name}", fault=error.fault) from None
        return version if own_name == name else None

    def identity(self, path: str) -> tuple[NormalizedName | None, str | None]:
        """Return the name and the static version that a folder declares, as far as it does.

        Raises ``RefusedFileError`` where what stands there is no file.
        """
        folder = self._resolved(path)
        if folder is None:
            return None, None
        if folder not in self._read:
            try:
                self._read[folder] = _identity(read_toml(folder / PYPROJECT.file))
            except RefusedFileError:
                raise
            except SourceError:
                self._read[folder] = None, None
        return self._read[folder]

    def _resolved(self, path: str) -> Path | None:
        try:
            return (self._root / path).resolve()
        except (OSError, RuntimeError, ValueError):  # what no path can hold, links in a circle
            return None
