"""Several files in one input, each after a line ``--- name``, so that a found case can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_LINE = re.compile(rb"^--- ([\w-][\w.-]{0,60}(?:/[\w-][\w.-]{0,60}){0,5})\n", re.MULTILINE)


def split(data: bytes) -> dict[str, bytes]:
    """Return the content by name; what stands before the first line is dropped."""
    _, *found = _LINE.split(data)
    return {
        name.decode("ascii", "replace"): content
        for name, content in zip(found[::2], found[1::2], strict=True)
    }


def join(parts: Mapping[str, bytes]) -> bytes:
    """Put files into one input."""
    return b"".join(
        b"--- %s\n%s%s" % (name.encode(), content, b"" if content.endswith(b"\n") else b"\n")
        for name, content in parts.items()
    )


def write(parts: Mapping[str, bytes], folder: Path) -> None:
    """Write the files; one that another stands in the way of is left out."""
    for name, content in parts.items():
        with suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
