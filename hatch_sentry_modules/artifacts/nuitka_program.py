"""Looks into a program of Nuitka, and recognizes one: nothing else in its folder tells.

What is compiled is not read. The manifest lies beside the program as text, and a single file holds
that folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hatch_sentry_modules.artifacts import nuitka_payload
from hatch_sentry_modules.artifacts.artifact import File, Wanted
from hatch_sentry_modules.artifacts.nuitka_payload import Layout, PayloadError

KIND = "Nuitka executable"

_MARKS = (b"nuitka_module_loader", b"NUITKA_ONEFILE_PARENT")
"""What its importer is called, and what a single file tells the program that it unpacked."""

_LONGEST = 1 << 30
_CHUNK = 1 << 20
_MOST_STARTS = 20


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
    """A single file, or the program out of a folder, which says nothing."""

    kind = KIND

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._file = path.open("rb")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Give the files that are wanted, as :class:`artifact.Artifact` says."""
        try:
            found = self._payload()
        except ModuleNotFoundError:
            yield File(self._name, None, nuitka_payload.UNREADABLE)
            return
        if found is None:
            yield File(self._name, None, "is compiled: look into the folder that it belongs to")
        else:
            yield from nuitka_payload.files(self._file, *found, wanted)

    def _payload(self) -> tuple[int, Layout] | None:
        """Find the place and the layout in which the files can be read to their end."""
        self._file.seek(0)
        magic = self._file.read(2)
        start = nuitka_payload.find(self._file)
        for _ in range(_MOST_STARTS):
            if start is None:
                return None
            for has_checksums in (False, True):
                layout = Layout(magic == b"MZ", has_checksums)
                if self._begins(start, layout, magic):
                    return start, layout
            start = nuitka_payload.find(self._file, start + 1)
        return None

    def _begins(self, start: int, layout: Layout, magic: bytes) -> bool:
        """Tell whether files can be read to their end; the program to be started is the first."""
        try:
            found = list(nuitka_payload.files(self._file, start, layout, lambda _: len(magic)))
        except PayloadError:
            return False
        return bool(found) and found[0].content == magic
