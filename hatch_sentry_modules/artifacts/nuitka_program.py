"""Recognizes a program of Nuitka: nothing else in its folder tells what made it.

What is compiled into the program is not read. The manifest lies beside it, as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hatch_sentry_modules.artifacts.artifact import File, Wanted

KIND = "Nuitka executable"

_MARKS = (b"nuitka_module_loader", b"NUITKA_ONEFILE_PARENT")
"""What its importer is called, and what a single file tells the program that it unpacked."""

_LONGEST = 1 << 30
_CHUNK = 1 << 20


def is_program(file: IO[bytes]) -> bool:
    """Tell whether an executable is one that Nuitka made."""
    file.seek(0)
    before = b""
    for _ in range(_LONGEST // _CHUNK):
        chunk = file.read(_CHUNK)
        if not chunk:
            return False
        text = before + chunk
        if any(mark in text for mark in _MARKS):
            return True
        before = text[-max(map(len, _MARKS)) :]
    return False


class NuitkaArtifact:
    """A program that is given without its folder, or is packed into a single file."""

    kind = KIND

    def __init__(self, path: Path) -> None:
        self._name = path.name

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def files(self, wanted: Wanted) -> Iterator[File]:  # noqa: ARG002 - it holds no files
        """Give the program as a file that cannot be read."""
        yield File(self._name, None, "is compiled; look into the folder *.dist that Nuitka made")
