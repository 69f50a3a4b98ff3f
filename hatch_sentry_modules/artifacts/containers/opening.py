"""Opens a container by what it is, not by what it is called."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from hatch_sentry_modules.artifacts.containers.container import ArtifactError, Budget, Container
from hatch_sentry_modules.artifacts.containers.directory import EXECUTABLES, Directory
from hatch_sentry_modules.artifacts.containers.nuitka_program import NuitkaProgram, is_program
from hatch_sentry_modules.artifacts.containers.pyinstaller_file import PyInstallerProgram, find
from hatch_sentry_modules.artifacts.containers.tar_file import TarArchive, is_tar
from hatch_sentry_modules.artifacts.containers.zip_file import ZipArchive


@contextmanager
def opened(path: Path, budget: Budget) -> Iterator[Container]:
    """Open a container for reading; nothing in it is executed, unpacked to disk, or changed.

    Raises:
        ArtifactError: There is no such file, or it is of no known kind.
    """
    try:
        is_directory = path.is_dir()
        opening = closing(Directory(path, _file, budget)) if is_directory else _file(path, budget)
    except OSError as error:
        raise ArtifactError(file=path.name, fault=f"cannot be read ({error.strerror})") from None
    if opening is None:
        fault = "is no archive, no directory and no executable that a freezer made"
        raise ArtifactError(file=path.name, fault=fault)
    with opening as container:
        yield container


def _file(path: Path, budget: Budget) -> AbstractContextManager[Container] | None:
    if not path.is_file():
        raise ArtifactError(file=path.name, fault="is no file and no directory")
    with path.open("rb") as file:
        magic = file.read(512)
        is_executable = magic.startswith(EXECUTABLES)
        if is_executable and find(file, budget) is not None:
            return closing(PyInstallerProgram(path, budget))
        if is_executable and is_program(file, budget):
            return closing(NuitkaProgram(path, budget))
    if is_tar(magic):
        return closing(TarArchive(path, budget))
    if zipfile.is_zipfile(path) or magic.startswith(b"PK"):
        return closing(ZipArchive(path, budget))
    return None
