"""A directory that files are put into."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hatch_sentry_modules.archives.atomic import folder_in, keep_attributes
from hatch_sentry_modules.artifacts.inject.place import bounded, refuse_links
from hatch_sentry_modules.errors import FreezeError, unwritable


class DirectoryPlace:
    """A directory; nothing outside it is read or written."""

    def __init__(self, path: Path) -> None:
        self.name, self._path = path.name, path

    def has_folder(self, folder: str) -> bool:
        """Return whether it is a folder there."""
        return (self._path / folder).is_dir()

    def read(self, file: str) -> bytes | None:
        """Return a file's content; a link that leads out of the directory is refused."""
        path = self._path / file
        if not self._holds(path):
            raise FreezeError(file=self.name, place=file, fault="leads out of the directory")
        if not path.is_file():
            if os.path.lexists(path):
                raise FreezeError(file=self.name, place=file, fault="is not a regular file")
            return None
        with path.open("rb") as content:
            return bounded(self.name, file, content)

    def write(self, changed: Mapping[str, bytes], out: Path) -> None:
        """Write all files beside their places and move them there; or into a copy, to ``out``."""
        if out == self._path:
            for file in changed:
                refuse_links(self.name, file, out / file)
            _put(changed, out)
            return
        if self._holds(out):
            fault, remedy = "lies in the directory that it is a copy of", "Choose another --output"
            raise FreezeError(file=out.name, fault=fault, remedy=remedy)
        if out.exists():
            remedy = "Choose another --output"
            raise FreezeError(file=out.name, fault="is there already", remedy=remedy)
        try:
            with folder_in(out.parent) as folder:
                copy = folder / out.name
                shutil.copytree(self._path, copy, symlinks=True)
                _put(changed, copy)
                copy.rename(out)
        except OSError as error:
            raise unwritable(out.name, error, "Choose another place") from None

    def _holds(self, path: Path) -> bool:
        real = Path(os.path.realpath(path))  # resolve() refuses a loop
        return real.is_relative_to(os.path.realpath(self._path))


def _put(changed: Mapping[str, bytes], folder: Path) -> None:
    """Move files that are all written before, so that the program starts at every moment."""
    try:
        with folder_in(folder) as parts:
            written = {file: parts / str(number) for number, file in enumerate(changed)}
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
                # Of a link the target is replaced, but none of what this is a copy of.
                real = Path(os.path.realpath(folder / file))
                is_inside = real.is_relative_to(os.path.realpath(folder))
                written[file].replace(real if is_inside else folder / file)
    except OSError as error:
        raise unwritable(folder.name, error) from None


def _give_to_owner(folder: Path, new: Path, mode: int) -> None:
    """Let whoever runs what is in a folder read a new file there, whoever puts it in."""
    status, own = folder.stat(), new.stat()
    if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        with suppress(PermissionError):  # of a folder that is shared with others
            os.chown(new, status.st_uid, status.st_gid)
    new.chmod(mode)


def _last(file: str) -> tuple[int, bool, bool, str]:
    """Sort the start-up line behind all that it needs, and before it what tells a whole package."""
    name = Path(file).name
    return -file.count("/"), name == "__init__.py", name == "__main__.py", file
