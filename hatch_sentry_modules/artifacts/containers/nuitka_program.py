"""Looks into a program of Nuitka, and recognizes one: nothing else in its folder tells.

What is compiled is not read. The manifest lies beside the program as text, and a single file holds
that folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hatch_sentry_modules.artifacts.containers import nuitka_payload
from hatch_sentry_modules.artifacts.containers.container import ArtifactError, Budget, File, Wanted
from hatch_sentry_modules.artifacts.containers.nuitka_payload import Layout, PayloadError

KIND = "Nuitka executable"

_MARKS = (b"nuitka_module_loader", b"NUITKA_ONEFILE_PARENT")
"""What its importer is called, and what a single file tells the program that it unpacked."""

_CHUNK = 1 << 20
_MOST_STARTS = 20


def is_program(file: IO[bytes], budget: Budget) -> bool:
    """Return whether an executable is one that Nuitka made."""
    file.seek(0)
    before = b""
    while chunk := file.read(_CHUNK):
        budget.spend(len(chunk))
        text = before + chunk
        if any(mark in text for mark in _MARKS):
            return True
        before = text[-max(map(len, _MARKS)) :]
    return False


class NuitkaProgram:
    """A single file, or the program out of a folder, which says nothing."""

    kind = KIND

    def __init__(self, path: Path, budget: Budget) -> None:
        self._name = path.name
        self._budget = budget
        self._file = path.open("rb")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Return the files that are wanted, as :class:`container.Container` says."""
        try:
            found = self._payload()
            if found is None:
                yield File(self._name, None, "is compiled: look into the folder that it belongs to")
            else:
                yield from nuitka_payload.files(self._file, *found, wanted, self._budget)
        except ModuleNotFoundError:
            yield File(self._name, None, nuitka_payload.UNREADABLE)
        except PayloadError:
            fault = "is not a whole program of Nuitka"
            raise ArtifactError(file=self._name, fault=fault) from None

    def _payload(self) -> tuple[int, Layout] | None:
        """Return the place and the layout in which the files begin with the program."""
        self._file.seek(0)
        magic = self._file.read(2)
        start = nuitka_payload.find(self._file, self._budget)
        for _ in range(_MOST_STARTS):
            if start is None:
                return None
            for has_checksums in (False, True):
                layout = Layout(magic == b"MZ", has_checksums)
                if self._begins(start, layout, magic):
                    return start, layout
            start = nuitka_payload.find(self._file, self._budget, start + 1)
        return None

    def _begins(self, start: int, layout: Layout, magic: bytes) -> bool:
        found = nuitka_payload.files(self._file, start, layout, lambda _: len(magic), self._budget)
        try:
            first = next(found, None)
        except PayloadError:
            return False
        return first is not None and first.content == magic
