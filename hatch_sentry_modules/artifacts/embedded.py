"""Finds the manifest in a file that an artifact holds: source, bytecode, a compiled extension."""

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname
from typing import NamedTuple

from hatch_sentry_modules import layout, manifest_document
from hatch_sentry_modules.manifest_document import EMPTY, LONGEST
from hatch_sentry_modules.model import Manifest

_NAME = re.compile(rf"(?:{layout.MODULE}\.(?:pyc?|(?:[\w-]+\.)?(?:so|pyd))|\w+__mypyc\.[\w.-]+)")
_GROUP = "__mypyc."
"""What the extension is called in which mypyc puts all modules that it compiles together."""

_LONGEST_EXTENSION = 3 << 24  # mypy's own has 37 MB

NONE = "It holds no manifest."
PACKED = "It is compiled, and what it lists cannot be said: a compiler can pack its texts."


class EmbeddedManifest(NamedTuple):
    """A manifest in an artifact, its place there, its faults, and how many bytes were read."""

    place: str
    manifest: Manifest
    faults: tuple[str, ...]
    size: int = 0

    @property
    def is_readable(self) -> bool:
        """Whether it lists something, or says without a fault that there is nothing."""
        return bool(self.manifest.distributions) or not self.faults


def limit(place: str) -> int:
    """Return how much of a file to read, to find a manifest in it; 0 where there is none."""
    if layout.MODULE not in place and _GROUP not in place:
        return 0
    name = place.rpartition("/")[2]
    if not _NAME.fullmatch(name):
        return 0
    return 1 + (LONGEST if name.endswith((".py", ".pyc")) else _LONGEST_EXTENSION)


def is_alone(place: str) -> bool:
    """Whether a manifest is all that a file of this name is there for."""
    return _GROUP not in place


def find(place: str, content: bytes) -> EmbeddedManifest | None:
    """Return the manifest in a file; nothing where a group of compiled modules has none."""
    if read := manifest_document.find(content):
        return EmbeddedManifest(place, *read)
    if not is_alone(place):
        return None
    return unreadable(place, NONE if place.endswith((".py", ".pyc")) else PACKED)


def unreadable(place: str, fault: str) -> EmbeddedManifest:
    """Return what stands for a file that could not be read."""
    return EmbeddedManifest(place=place, manifest=EMPTY, faults=(fault,))


def without_copies(found: Iterable[EmbeddedManifest]) -> Iterator[EmbeddedManifest]:
    """Return each manifest once, in the order of their places: bytecode stands beside source."""
    ordered = sorted(found, key=lambda one: one.place)
    readable = [one for one in ordered if one.is_readable]
    folders = {dirname(one.place) for one in readable}
    is_grouped = any(not is_alone(one.place) for one in readable)
    known: list[Manifest] = []
    for one in ordered:
        if one.is_readable:
            if one.manifest in known and not one.faults:
                continue
            known.append(one.manifest)
        elif PACKED in one.faults and (is_grouped or dirname(one.place) in folders):
            continue
        yield one
