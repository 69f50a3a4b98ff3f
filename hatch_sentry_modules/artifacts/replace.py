"""Puts a file into its place only when it is whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to, and move it into place if all goes well.

    An interrupted writer leaves the old file as it was, and a failed one leaves nothing else.
    """
    # In the same folder, since only inside a file system a file is moved in one step.
    folder = tempfile.TemporaryDirectory(prefix=".sentry-modules-", dir=path.parent)
    with folder as name:
        new = Path(name, path.name)
        yield new
        new.replace(path)
