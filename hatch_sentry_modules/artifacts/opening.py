"""Opens an artifact by what it is, not by what it is called."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from hatch_sentry_modules.artifacts.artifact import Artifact, ArtifactError
from hatch_sentry_modules.artifacts.directory import EXECUTABLES, DirectoryArtifact
from hatch_sentry_modules.artifacts.nuitka_program import NuitkaArtifact, is_program
from hatch_sentry_modules.artifacts.pyinstaller_file import PyInstallerArtifact, find
from hatch_sentry_modules.artifacts.tar_file import TarArtifact
from hatch_sentry_modules.artifacts.zip_file import ZipArtifact


@contextmanager
def opened(path: Path) -> Iterator[Artifact]:
    """Open an artifact for reading; nothing in it is executed, unpacked to disk, or changed.

    Raises:
        ArtifactError: There is no such file, or it is of no known kind.
    """
    try:
        opening = _archive(path)
    except OSError as error:
        raise ArtifactError(file=path.name, fault=f"cannot be read ({error.strerror})") from None
    if opening is None:
        fault = "is no archive, no directory and no executable that a freezer made"
        raise ArtifactError(file=path.name, fault=fault)
    with opening as artifact:
        yield artifact


def _archive(path: Path) -> AbstractContextManager[Artifact] | None:
    if path.is_dir():
        return closing(DirectoryArtifact(path, _file))
    return _file(path)


def _file(path: Path) -> AbstractContextManager[Artifact] | None:
    if not path.is_file():
        raise ArtifactError(file=path.name, fault="is no file and no directory")
    with path.open("rb") as file:
        magic = file.read(4)
        is_executable = magic.startswith(EXECUTABLES)
        if is_executable and find(file) is not None:
            return closing(PyInstallerArtifact(path))
        if is_executable and is_program(file):
            return closing(NuitkaArtifact(path))
    if magic.startswith(b"\x1f\x8b"):
        return closing(TarArtifact(path))
    if zipfile.is_zipfile(path) or magic.startswith(b"PK"):
        return closing(ZipArtifact(path))
    return None
