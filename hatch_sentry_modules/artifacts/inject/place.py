"""What files are put into: a zip archive or a directory."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol
from zipfile import BadZipFile, LargeZipFile, ZipFile

from hatch_sentry_modules.archives import zip_copy, zip_directory
from hatch_sentry_modules.archives.atomic import PREFIX, keep_attributes, replacing
from hatch_sentry_modules.errors import FreezeError, unwritable

LONGEST = 1 << 24
"""The files that are read here are small ones; a longer one is refused."""

_LONGEST_LIST, _MOST_ENTRIES = 1 << 23, 0xFFFF

_SIGNATURE = re.compile(r"META-INF/[^/]+\.(SF|RSA|DSA|EC)", re.IGNORECASE)

_BROKEN = (BadZipFile, LargeZipFile, EOFError, ValueError, RuntimeError, zlib.error)


class Readable(Protocol):
    """An artifact, or a folder in it; places in it are relative, with ``/``."""

    name: str

    def read(self, file: str) -> bytes | None:
        """Give a file's content, or nothing where it is not there."""


class Place(Readable, Protocol):
    """An artifact of which files are read and changed."""

    def has_folder(self, folder: str) -> bool:
        """Say whether something is in a folder."""

    def write(self, changed: Mapping[str, bytes], out: Path) -> None:
        """Put the artifact with changed and new files to ``out``, whole or not at all."""


@contextmanager
def opened(path: Path) -> Iterator[Place]:
    """Open a zip archive or a directory.

    Raises:
        FreezeError: It is damaged, signed, or cannot be read.
    """
    try:
        if path.is_dir():
            yield DirectoryPlace(path)
        else:
            _look(path)
            with ZipFile(path) as file:
                yield ZipPlace(path, file)
    except _BROKEN:
        raise FreezeError(file=path.name, fault="is not a whole zip archive") from None
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
        raise FreezeError(file=path.name, fault=fault) from None


def _look(path: Path) -> None:
    """Refuse an archive that Python does not import from, or that is more than an archive."""
    with path.open("rb") as file:
        listed = zip_directory.read(file)
    records = listed.records
    if len(records) > _LONGEST_LIST or records.count(b"PK\1\2") > _MOST_ENTRIES:
        raise FreezeError(file=path.name, fault="has more entries than Python imports from")
    if listed.is_followed:
        fault = "data follows the archive, such as a signature, which would not fit any more"
        raise FreezeError(file=path.name, fault=fault, remedy="Inject before it is signed")


class Below:
    """A folder in an artifact, by its path there; the artifact's top where that is empty."""

    def __init__(self, place: Place, folder: str) -> None:
        """Find the folder.

        Raises:
            FreezeError: It is not there, or it is no path in an artifact.
        """
        self.name = place.name
        self._place = place
        parts = PurePosixPath(folder.replace("\\", "/")).parts
        self._prefix = "".join(f"{part}/" for part in parts)
        is_inside = not {"..", "/"} & {*parts} and ":" not in folder
        if parts and not (is_inside and place.has_folder(self._prefix)):
            raise FreezeError(
                file=place.name, fault=f"holds no folder {folder!a}", remedy="Choose another --path"
            )

    def path(self, file: str) -> str:
        """Give the path in the artifact of a file in the folder."""
        return self._prefix + file

    def read(self, file: str) -> bytes | None:
        """Give a file's content."""
        return self._place.read(self.path(file))


class ZipPlace:
    """A zip archive, whatever stands before it."""

    def __init__(self, path: Path, file: ZipFile) -> None:
        """Look at an open archive.

        Raises:
            FreezeError: It is signed, or empty.
        """
        self.name = path.name
        self._path = path
        self._file = file
        self._state = _state(path)
        if any(map(_SIGNATURE.fullmatch, file.namelist())):
            fault = "it is signed, and another file in it would break the signature"
            raise FreezeError(
                file=path.name, place="META-INF", fault=fault, remedy="Sign it afterwards"
            )
        if not file.namelist():
            raise FreezeError(file=path.name, fault="it holds no files")

    def has_folder(self, folder: str) -> bool:
        """Say whether an entry is in it."""
        return any(name.startswith(folder) for name in self._file.namelist())

    def read(self, file: str) -> bytes | None:
        """Give an entry's content."""
        if file not in self._file.NameToInfo:
            return None
        with self._file.open(file) as content:
            return _bounded(self.name, file, content)

    def write(self, changed: Mapping[str, bytes], out: Path) -> None:
        """Write a copy beside ``out`` and move it into place."""
        if out == self._path:
            if not changed:
                return
            _refuse_links(self.name, "", out)
        names = self._file.namelist()
        like = "__main__.py" if "__main__.py" in names else names[0]
        self._file.close()  # Windows replaces no file that is open
        with replacing(out) as target:
            zip_copy.append(self._path, target, changed, like=like)
            shutil.copymode(self._path, target)
            if _state(self._path) != self._state:
                fault = "has changed while it was read"
                raise FreezeError(
                    file=self.name, fault=fault, remedy="Try again when nothing writes to it"
                )


class DirectoryPlace:
    """A directory; nothing outside it is read or written."""

    def __init__(self, path: Path) -> None:
        """Take a directory's path."""
        self.name = path.name
        self._path = path

    def has_folder(self, folder: str) -> bool:
        """Say whether it is a folder there."""
        return (self._path / folder).is_dir()

    def read(self, file: str) -> bytes | None:
        """Give a file's content; a link that leads out of the directory is refused."""
        path = self._path / file
        if not path.resolve().is_relative_to(self._path.resolve()):
            raise FreezeError(file=self.name, place=file, fault="leads out of the directory")
        if not path.is_file():
            return None
        with path.open("rb") as content:
            return _bounded(self.name, file, content)

    def write(self, changed: Mapping[str, bytes], out: Path) -> None:
        """Write all files beside their places and move them there; or into a copy, to ``out``."""
        if out == self._path:
            for file in changed:
                _refuse_links(self.name, file, out / file)
            _put(changed, out)
            return
        if out.exists():
            raise FreezeError(
                file=out.name, fault="is there already", remedy="Choose another --output"
            )
        try:
            with tempfile.TemporaryDirectory(prefix=PREFIX, dir=out.parent) as folder:
                copy = Path(folder, out.name)
                shutil.copytree(self._path, copy, symlinks=True)
                _put(changed, copy)
                copy.rename(out)
        except OSError as error:
            raise unwritable(out.name, error, "Choose another place") from None


def _state(path: Path) -> tuple[int, ...]:
    """Give what is another after somebody else has written to a file, or replaced it."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _bounded(name: str, file: str, content: IO[bytes]) -> bytes:
    read = content.read(LONGEST + 1)
    if len(read) > LONGEST:
        raise FreezeError(file=name, place=file, fault="is too long for a file of its name")
    return read


def _refuse_links(name: str, place: str, path: Path) -> None:
    if path.exists() and path.stat().st_nlink > 1:
        fault = "has another hard link, which would keep what it holds now"
        raise FreezeError(
            file=name, place=place, fault=fault, remedy="Inject into a copy with --output"
        )


def _put(changed: Mapping[str, bytes], folder: Path) -> None:
    """Move files into a directory in such an order that the program starts at every moment.

    All are written before the first is moved, so that a full disk changes nothing.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=folder) as name:
            written = {file: Path(name, str(number)) for number, file in enumerate(changed)}
            for file, new in written.items():
                new.write_bytes(changed[file])
                if (folder / file).exists():
                    keep_attributes(folder / file, new)
                else:
                    _give_to_owner(folder, new, 0o644)
            for file in sorted(written, key=_last):
                parent = (folder / file).parent
                if not parent.exists():
                    parent.mkdir()
                    _give_to_owner(folder, parent, 0o755)
                written[file].replace(folder / file)
    except OSError as error:
        raise unwritable(folder.name, error) from None


def _give_to_owner(folder: Path, new: Path, mode: int) -> None:
    """Let whoever runs what is in a folder read a new file there, whoever puts it in."""
    status, own = folder.stat(), new.stat()
    if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        os.chown(new, status.st_uid, status.st_gid)
    new.chmod(mode)


def _last(file: str) -> tuple[int, bool, bool, str]:
    """Sort the start-up line behind all that it needs, and before it what tells a whole package.

    A package without the rest of its files would count as there when this is done again.
    """
    name = Path(file).name
    return -file.count("/"), name == "__init__.py", name == "__main__.py", file
