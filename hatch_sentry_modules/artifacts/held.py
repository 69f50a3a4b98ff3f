"""Finds what an artifact itself says of the distributions in it: core metadata, and PEX-INFO."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from packaging.utils import NormalizedName

from hatch_sentry_modules.archives.core_metadata import name_and_version
from hatch_sentry_modules.artifacts.artifact import printable
from hatch_sentry_modules.artifacts.generated_module import normalized
from hatch_sentry_modules.document import is_version

LONGEST = 1 << 16
"""How much of a metadata file is read; its first lines hold the name and the version."""

_METADATA = re.compile(
    r"(?:.*/)?[^/]+\.dist-info/METADATA|(?:.*/)?[^/]+\.egg-info(?:/PKG-INFO)?|[^/]+/PKG-INFO"
)
_SITES = {"site-packages", "dist-packages"}
_VENDORED = {"_vendor", "_vendored", "vendor", ".bootstrap", "_bundled"}


class Held(NamedTuple):
    """A distribution of which the artifact holds the metadata; ``place`` is where."""

    name: NormalizedName
    version: str
    place: str


def is_metadata(place: str) -> bool:
    """Say whether a file is the metadata of a distribution that is in the artifact for itself.

    Not one that another carries inside it.
    """
    if "-INFO" not in place and "-info" not in place:
        return False
    if not _METADATA.fullmatch(place):
        return False
    return _VENDORED.isdisjoint(PurePosixPath(place).parts)


def read(place: str, content: bytes) -> Held | None:
    """Read the metadata of a distribution; nothing where it holds no valid name and version.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    name, version = name_and_version(content[:LONGEST])
    known = normalized(name)
    if known is None or not is_version(version):
        return None
    return Held(known, version, printable(place))


def on_search_path(found: Iterable[Held]) -> Iterator[Held]:
    """Leave out what stands below a folder that holds metadata, as vendored copies do."""
    ordered = sorted(found, key=lambda held: (_folder(held).parts, held.name, held.version))
    folders: set[PurePosixPath] = set()
    for held in ordered:
        folder = _folder(held)
        if folder.name in _SITES or folders.isdisjoint(folder.parents):
            folders.add(folder)
            yield held


def _folder(held: Held) -> PurePosixPath:
    """Give the folder in which the ``.dist-info`` folder or the ``.egg-info`` stands."""
    path = PurePosixPath(held.place)
    return path.parent.parent if path.name in {"METADATA", "PKG-INFO"} else path.parent
