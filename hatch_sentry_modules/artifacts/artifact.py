"""What every kind of artifact offers to a reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

from hatch_sentry_modules.errors import FreezeError

LONGEST_PLACE = 1000
"""Longer names are not those of a file that any bundler made."""

Wanted: TypeAlias = Callable[[str], int]
"""Says how many bytes of the file at a place to read at most; 0 leaves it alone."""


class ArtifactError(FreezeError):
    """An artifact cannot be read for what its first bytes say it is."""


class File(NamedTuple):
    """A file in an artifact; ``content`` is ``None`` where ``fault`` says why it was not read.

    ``place`` is its path in the artifact, with ``/``.
    """

    place: str
    content: bytes | None
    fault: str = ""


class Artifact(Protocol):
    """An open artifact."""

    kind: str

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Give the files that are wanted, in one pass and each with a bounded part of its content.

        Raises:
            ArtifactError: The artifact turns out to be cut off or damaged.
        """


def printable(text: str, longest: int = LONGEST_PLACE) -> str:
    """Give a text from an artifact as one line of ASCII that does nothing to a terminal."""
    cleaned = re.sub(r"[^ -~]", "?", text[:longest])
    return cleaned if len(text) <= longest else f"{cleaned}..."
