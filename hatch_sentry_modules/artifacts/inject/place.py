"""What files are put into, and what every kind of it offers."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from hatch_sentry_modules.errors import FreezeError

LONGEST = 1 << 24
"""The files that are read here are small ones; a longer one is refused."""


class Place(Protocol):
    """An artifact of which files are read and changed; their paths are relative, with ``/``."""

    name: str

    def read(self, file: str) -> bytes | None:
        """Return a file's content, or nothing where it is not there."""

    def has_folder(self, folder: str) -> bool:
        """Return whether something is in a folder."""

    def write(self, changed: Mapping[str, bytes], out: Path) -> None:
        """Put the artifact with changed and new files to ``out``, whole or not at all."""


class Below:
    """A folder in an artifact, by its path there; the artifact's top where that is empty."""

    def __init__(self, place: Place, folder: str) -> None:
        self.name = place.name
        self._place = place
        parts = PurePosixPath(folder.replace("\\", "/")).parts
        self._prefix = "".join(f"{part}/" for part in parts)
        is_inside = not {"..", "/"} & {*parts} and ":" not in folder
        if parts and not (is_inside and place.has_folder(self._prefix)):
            fault, remedy = f"holds no folder {folder!a}", "Choose another --path"
            raise FreezeError(file=place.name, fault=fault, remedy=remedy)

    def path(self, file: str) -> str:
        """Return the path in the artifact of a file in the folder."""
        return self._prefix + file

    def read(self, file: str) -> bytes | None:
        """Return a file's content."""
        return self._place.read(self.path(file))


def bounded(name: str, file: str, content: IO[bytes]) -> bytes:
    """Return the whole content of a small file."""
    read = content.read(LONGEST + 1)
    if len(read) > LONGEST:
        raise FreezeError(file=name, place=file, fault="is too long for a file of its name")
    return read


def refuse_links(name: str, place: str, path: Path) -> None:
    """Refuse to replace a file that has another name, which would keep the old content."""
    if path.exists() and path.stat().st_nlink > 1:
        fault = "has another hard link, which would keep what it holds now"
        remedy = "Inject into a copy with --output"
        raise FreezeError(file=name, place=place, fault=fault, remedy=remedy)
