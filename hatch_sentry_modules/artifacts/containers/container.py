"""What every kind of container offers to a reader, and how much is read of one as a whole."""

import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

from hatch_sentry_modules.errors import FreezeError, one_line

LONGEST_PLACE = 1000
"""Longer names are not those of a file that any bundler made."""

FILE, READ, MANIFEST, TEXT, MATCH = 2000, 52_000, 1 << 20, 500, 100
"""What it costs, in bytes that could have been read instead, to see a file, to read one, to keep a
manifest, and a byte of one: as values its text takes thirty times as much memory. The last is for
matching a name with a pattern."""

_MOST = 1 << 30
_CHUNK = 1 << 16

Wanted: TypeAlias = Callable[[str], int]
"""How many bytes of the file at a place to read at most; 0 leaves it alone."""


class ArtifactError(FreezeError):
    """An artifact cannot be read for what its first bytes say it is."""


class TooMuchError(ArtifactError):
    """An artifact holds more than is read of one."""


def cut_off(name: str, kind: str) -> ArtifactError:
    """Make the error for an artifact that is not what its beginning or its end says."""
    remedy = "The file may be cut off: build it anew"
    return ArtifactError(file=name, fault=f"is not a whole {kind}", remedy=remedy)


class Budget:
    """What may still be read of an artifact: some seconds of work, whatever is in it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = _MOST

    def spend(self, size: int) -> None:
        """Count bytes that are read, or what costs as much; ``TooMuchError`` past the bound."""
        self._left -= size
        if self._left < 0:
            raise TooMuchError(file=self._name, fault="holds more than is read of one artifact")


class File(NamedTuple):
    """A file and its path with ``/``; ``content`` is ``None`` where ``fault`` says why."""

    place: str
    content: bytes | None
    fault: str = ""


class Container(Protocol):
    """An open container."""

    kind: str

    def files(self, wanted: Wanted) -> Iterator[File]:
        """Return the files that are wanted, in one pass and each with a bounded part of it.

        Raises ``ArtifactError`` where the container is cut off or damaged, or holds too much.
        """


def unpacked(
    read: Callable[[int], bytes], size: int, limit: int, form: int, budget: Budget
) -> bytes:
    """Unpack up to a limit of deflated data, whose form zlib numbers; ``zlib.error`` if damaged."""
    unpacking, parts = zlib.decompressobj(form), []
    while limit and size and not unpacking.eof:
        chunk = read(min(size, _CHUNK))
        part = unpacking.decompress(chunk, limit)
        budget.spend(len(chunk) + len(part))
        parts.append(part)
        size -= len(chunk) or size
        limit -= len(part)
    if limit and not unpacking.eof:
        raise zlib.error
    return b"".join(parts)


def printable(text: str) -> str:
    """Return a text from an artifact as one line of ASCII that does nothing to a terminal."""
    cleaned = one_line(text[:LONGEST_PLACE])
    return cleaned if len(text) <= LONGEST_PLACE else f"{cleaned}..."
