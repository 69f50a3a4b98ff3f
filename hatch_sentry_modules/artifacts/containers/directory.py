"""Reads the files below a directory, and those of the archives that bundlers put into one."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, TypeAlias

from hatch_sentry_modules.artifacts.containers import nuitka_program
from hatch_sentry_modules.artifacts.containers.container import (
    FILE,
    READ,
    ArtifactError,
    Budget,
    Container,
    File,
    TooMuchError,
    Wanted,
)

Recognized: TypeAlias = Callable[[str, IO[bytes], Budget], "Container | None"]
"""Returns the container that an open file is; nothing where it is none."""

EXECUTABLES = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
"""How the programs of Linux, Windows and macOS begin."""

LEADS_OUT = "is a link out of the directory"

_LINK = 10 * FILE
"""What it costs to see where one leads."""


class Directory:
    """A directory: nothing is read through a link that leads out of it."""

    def __init__(self, path: Path, budget: Budget, recognized: Recognized) -> None:
        self.kind, self._root = "directory", path.resolve()
        self._budget, self._recognized = budget, recognized

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Return the files that are wanted, as :class:`container.Container` says."""
        try:
            yield from self._walk(wanted)
        except RecursionError:  # os.walk before Python 3.12
            fault = "has more folders in one another than is read"
            raise TooMuchError(file=self._root.name, fault=fault) from None

    def _walk(self, wanted: Wanted) -> Iterator[File]:
        unlisted: list[OSError] = []
        for folder, folders, names in os.walk(self._root, onerror=unlisted.append):
            folders.sort()
            self._budget.spend(FILE)
            for path in (Path(folder, name) for name in folders):
                if path.is_symlink():
                    self._budget.spend(_LINK)
                    if not self._is_inside(path):
                        yield File(self._place(path), None, LEADS_OUT)
            for name in sorted(names):
                path = Path(folder, name)
                place = self._place(path)
                if limit := wanted(place):
                    yield self._read(path, place, limit)
                elif _can_be_container(place):
                    yield from self._container(path, place, wanted)
        for error in unlisted:
            place = self._place(Path(error.filename))
            yield File(place, None, f"cannot be listed ({error.strerror})")

    def _place(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _is_inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._root)

    def _read(self, path: Path, place: str, limit: int) -> File:
        try:
            if not self._is_inside(path):
                return File(place, None, LEADS_OUT)
            if path.exists() and not path.is_file():
                return File(place, None, "is not a regular file")
            with path.open("rb") as file:
                content = file.read(limit)
        except (OSError, RuntimeError) as error:  # a RuntimeError is a link to itself
            reason = getattr(error, "strerror", "a loop")
            return File(place, None, f"cannot be read ({reason})")
        self._budget.spend(len(content))
        return File(place, content)

    def _container(self, path: Path, place: str, wanted: Wanted) -> Iterator[File]:
        if path.is_symlink() or not path.is_file():
            return
        try:
            with path.open("rb") as opened:
                # Ordinary programs and data cost next to nothing.
                if not opened.read(4).startswith((b"PK\x03\x04", *EXECUTABLES)):
                    return
                opened.seek(0)
                self._budget.spend(READ)
                if inner := self._recognized(path.name, opened, self._budget):
                    yield from self._inner(inner, place, wanted)
        except TooMuchError:
            raise
        except (ArtifactError, OSError):
            yield File(place, None, "is damaged")

    def _inner(self, inner: Container, place: str, wanted: Wanted) -> Iterator[File]:
        is_nuitka = inner.kind == nuitka_program.KIND
        if is_nuitka:
            self.kind = "Nuitka directory"
        for file in inner.files(lambda name: wanted(f"{place}/{name}")):
            if file.content is not None or not is_nuitka:
                yield file._replace(place=f"{place}/{file.place}")


def _can_be_container(place: str) -> bool:
    """Whether a freezer puts a container there, or a packed pex, which has wheels in ``.deps``."""
    path = PurePosixPath(place)
    parent = path.parent.name
    if {".so", ".dll", ".pyd", ".dylib"} & {*path.suffixes}:
        return False
    return path.name == "library.zip" or parent in {"", "MacOS", ".deps"}
