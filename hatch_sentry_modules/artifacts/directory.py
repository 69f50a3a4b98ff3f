"""Reads the files below a directory, and those of the archives that bundlers put into one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from hatch_sentry_modules.artifacts import nuitka_program
from hatch_sentry_modules.artifacts.artifact import (
    LONGEST_PLACE,
    Artifact,
    ArtifactError,
    File,
    Wanted,
)

Opener: TypeAlias = Callable[[Path], "AbstractContextManager[Artifact] | None"]
"""Opens a file that is an archive itself; nothing where it is none."""

MOST_ARCHIVES = 2000
EXECUTABLES = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
"""How the programs of Linux, Windows and macOS begin."""


class DirectoryArtifact:
    """A directory: an environment, a Lambda directory, or what a freezer wrote.

    Links to directories are not followed, and a linked file is read only if it lies inside.
    """

    def __init__(self, path: Path, opener: Opener) -> None:
        self.kind = "directory"
        self._root = path.resolve()
        self._opener = opener
        self._archives = 0

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Give the files that are wanted, as :class:`artifact.Artifact` says."""
        for folder, folders, names in os.walk(self._root):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                place = path.relative_to(self._root).as_posix()
                if len(place) > LONGEST_PLACE:
                    continue
                if limit := wanted(place):
                    yield self._read(path, place, limit)
                elif _can_be_archive(place):
                    yield from self._archive(path, place, wanted)

    def _read(self, path: Path, place: str, limit: int) -> File:
        try:
            if not path.resolve(strict=True).is_relative_to(self._root):
                return File(place, None, "is a link out of the directory")
            if not path.is_file():
                return File(place, None, "is not a regular file")
            with path.open("rb") as file:
                return File(place, file.read(limit))
        except (OSError, RuntimeError) as error:  # a RuntimeError is a link to itself
            return File(place, None, f"cannot be read ({getattr(error, 'strerror', 'a loop')})")

    def _archive(self, path: Path, place: str, wanted: Wanted) -> Iterator[File]:
        if not self._is_worth_opening(path):
            return
        self._archives += 1
        try:
            opening = self._opener(path)
            if opening is None:
                return
            with opening as inner:
                if inner.kind == nuitka_program.KIND:
                    self.kind = "Nuitka directory"
                    return
                for file in inner.files(lambda name: wanted(f"{place}/{name}")):
                    yield file._replace(place=f"{place}/{file.place}")
        except (ArtifactError, OSError):
            yield File(place, None, "is damaged")

    def _is_worth_opening(self, path: Path) -> bool:
        """Look at the first bytes, so that ordinary programs and data cost next to nothing."""
        if self._archives >= MOST_ARCHIVES or path.is_symlink() or not path.is_file():
            return False
        try:
            with path.open("rb") as file:
                return file.read(4).startswith((b"PK\x03\x04", *EXECUTABLES))
        except OSError:
            return False


def _can_be_archive(place: str) -> bool:
    """Say whether a freezer or pex puts an archive there.

    PyInstaller's program and Nuitka's stand at the top (in a bundle of macOS in ``MacOS``), beside
    libraries; cx_Freeze has ``library.zip``, a packed pex a wheel per distribution in ``.deps``.
    """
    path = PurePosixPath(place)
    parent = path.parent.name
    if {".so", ".dll", ".pyd", ".dylib"} & {*path.suffixes}:
        return False
    return path.name == "library.zip" or parent in {"", "MacOS", ".deps"}
