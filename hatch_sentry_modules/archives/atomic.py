"""Puts a file into its place only when it is whole."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hatch_sentry_modules.errors import unwritable

PREFIX = ".sentry-modules-"
"""How the folders begin in which files are written: one that is killed can leave such a folder."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Return a path beside ``path`` to write to, and move it into place if all goes well.

    An interrupted writer leaves the old file as it was. Of a link the target is replaced; a device
    or a pipe is written to. Raises ``FreezeError`` where the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            yield path
            return
        path = _followed(path)
        # In the same folder, since only inside a file system a file is moved in one step.
        with folder_in(path.parent) as folder:
            new = folder / path.name
            yield new
            if path.exists():
                keep_attributes(path, new)
            new.replace(path)
    except OSError as error:
        raise unwritable(path.name, error, "Choose another place") from None


@contextmanager
def folder_in(parent: Path) -> Iterator[Path]:
    """Make a folder for what is moved from there into its place, and remove it in the end."""
    # Not with tempfile: on Windows what is in such a folder is for nobody else, and stays so when
    # it is moved. Elsewhere others may not read what is not in its place yet.
    folder = parent / f"{PREFIX}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o777 if os.name == "nt" else 0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _followed(path: Path) -> Path:
    real = Path(os.path.realpath(path))  # resolve() refuses a loop before Python 3.13 alone
    if real.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return real


def keep_attributes(old: Path, new: Path) -> None:
    """Return a new file the owner, the mode and the extended attributes of the one it replaces."""
    status, own = old.stat(), new.stat()
    if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        os.chown(new, status.st_uid, status.st_gid)
    shutil.copystat(old, new)
    os.utime(new)  # it was changed now
