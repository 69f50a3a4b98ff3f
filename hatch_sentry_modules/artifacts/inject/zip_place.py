"""A zip archive that files are put into."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

from hatch_sentry_modules.archives import zip_copy, zip_directory
from hatch_sentry_modules.archives.atomic import replacing
from hatch_sentry_modules.artifacts.containers.zip_file import METHODS, OTHER_METHOD
from hatch_sentry_modules.artifacts.inject.place import bounded, refuse_links
from hatch_sentry_modules.errors import FreezeError

_LONGEST_LIST, _MOST_ENTRIES = 1 << 23, 0xFFFF

_SIGNATURE = re.compile(r"META-INF/[^/]+\.(SF|RSA|DSA|EC)", re.IGNORECASE)


def look(path: Path) -> None:
    """Refuse an archive that Python does not import from, or that is more than an archive."""
    with path.open("rb") as file:
        listed = zip_directory.read(file)
    records = listed.records
    if len(records) > _LONGEST_LIST or records.count(b"PK\1\2") > _MOST_ENTRIES:
        raise FreezeError(file=path.name, fault="has more entries than Python imports from")
    if listed.is_followed:
        fault = "data follows the archive, such as a signature, which would not fit any more"
        raise FreezeError(file=path.name, fault=fault, remedy="Inject before it is signed")


class ZipPlace:
    """A zip archive, whatever stands before it."""

    def __init__(self, path: Path, file: ZipFile) -> None:
        self.name, self._path, self._file = path.name, path, file
        self._state = _state(path)
        # By the names that Python imports by: zipfile takes others out of an extra field.
        self._entries = {zip_directory.spelled(e.orig_filename): e for e in file.infolist()}
        if any(map(_SIGNATURE.fullmatch, self._entries)):
            fault = "it is signed, and another file in it would break the signature"
            remedy = "Sign it afterwards"
            raise FreezeError(file=path.name, place="META-INF", fault=fault, remedy=remedy)
        if not self._entries:
            raise FreezeError(file=path.name, fault="it holds no files")

    def has_folder(self, folder: str) -> bool:
        """Return whether an entry is in it."""
        return any(name.startswith(folder) for name in self._entries)

    def read(self, file: str) -> bytes | None:
        """Return an entry's content."""
        entry = self._entries.get(file)
        if entry is None:
            return None
        if entry.compress_type not in METHODS:  # which zipfile unpacks without a bound
            remedy = "Pack it by deflate, or not at all"
            raise FreezeError(file=self.name, place=file, fault=OTHER_METHOD, remedy=remedy)
        with self._file.open(entry) as content:
            return bounded(self.name, file, content)

    def write(self, changed: Mapping[str, bytes], out: Path) -> None:
        """Write a copy beside ``out`` and move it into place."""
        if out == self._path:
            if not changed:
                return
            refuse_links(self.name, "", out)
        self._file.close()  # Windows replaces no file that is open
        with replacing(out) as target:
            zip_copy.append(self._path, target, changed)
            if target != out:  # a device keeps the mode that it has
                shutil.copymode(self._path, target)
            if _state(self._path) != self._state:
                fault = "has changed while it was read"
                remedy = "Try again when nothing writes to it"
                raise FreezeError(file=self.name, fault=fault, remedy=remedy)


def _state(path: Path) -> tuple[int, ...]:
    """Return what is another after somebody else has written to a file, or replaced it."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
