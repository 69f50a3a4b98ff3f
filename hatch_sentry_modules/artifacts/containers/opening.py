"""Opens a container by what it is, not by what it is called."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hatch_sentry_modules.artifacts.containers.container import ArtifactError, Budget, Container
from hatch_sentry_modules.artifacts.containers.directory import EXECUTABLES, Directory
from hatch_sentry_modules.artifacts.containers.nuitka_program import NuitkaProgram, is_program
from hatch_sentry_modules.artifacts.containers.pyinstaller_file import PyInstallerProgram, find
from hatch_sentry_modules.artifacts.containers.tar_file import TarArchive, is_tar
from hatch_sentry_modules.artifacts.containers.zip_file import ZipArchive


@contextmanager
def opened(path: Path, budget: Budget) -> Iterator[Container]:
    """Open a container to be read; ``ArtifactError`` where it is missing, or of no known kind."""
    try:
        if path.is_dir():
            yield Directory(path, budget, _recognized)
            return
        if not path.is_file():
            raise ArtifactError(file=path.name, fault="is no file and no directory")
        with path.open("rb") as file:
            container = _recognized(path.name, file, budget)
            if container is None:
                fault = "is no archive, no directory and no executable that a freezer made"
                raise ArtifactError(file=path.name, fault=fault)
            yield container
    except OSError as error:
        raise ArtifactError(file=path.name, fault=f"cannot be read ({error.strerror})") from None


def _recognized(name: str, file: IO[bytes], budget: Budget) -> Container | None:
    magic = file.read(512)
    if magic.startswith(EXECUTABLES):
        if (cookie := find(file, budget)) is not None:
            return PyInstallerProgram(name, file, budget, cookie)
        if is_program(file, budget):
            return NuitkaProgram(name, file, budget)
    if is_tar(magic):
        return TarArchive(name, file, budget)
    if zipfile.is_zipfile(file) or magic.startswith(b"PK"):
        return ZipArchive(name, file, budget)
    return None
