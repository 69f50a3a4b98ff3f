"""Finds what an artifact itself says of the distributions in it: core metadata, and PEX-INFO."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from packaging.utils import NormalizedName

from hatch_sentry_modules.archives.core_metadata import name_and_version
from hatch_sentry_modules.document import is_version, listed, valid_name
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Distribution, Manifest

PEX_INFO = "PEX-INFO"
SOURCE = "metadata"
"""What a manifest names as its source when it was made from what the artifact says itself."""

SEVERAL = "the artifact holds the metadata of several versions"

LONGEST_PEX_INFO = 1 << 20
_LONGEST = 1 << 13
_METADATA = re.compile(
    r"(?s)(?:.*/)?[^/]+\.dist-info/METADATA|(?:.*/)?[^/]+\.egg-info(?:/PKG-INFO)?|[^/]+/PKG-INFO"
)
_SITES = {"site-packages", "dist-packages"}
_VENDORED = {"_vendor", "_vendored", "vendor", ".bootstrap", "_bundled"}
_WHEEL_PARTS = (5, 6)


class Found(NamedTuple):
    """A distribution, and the folder in which its metadata stands."""

    distribution: Distribution
    folder: str


def limit(place: str) -> int:
    """Return how much to read of a file that says which distributions there are; 0 for others."""
    if place == PEX_INFO:
        return LONGEST_PEX_INFO + 1
    if "-INFO" not in place and "-info" not in place:
        return 0
    is_metadata = _METADATA.fullmatch(place) and _VENDORED.isdisjoint(place.split("/"))
    return _LONGEST if is_metadata else 0


def read(place: str, content: bytes) -> Iterator[Found]:
    """Return the distributions that a file names: one, except in ``PEX-INFO``.

    Raises ``ValueError`` where that is damaged, or too long.
    """
    if place == PEX_INFO:
        yield from _pex(content)
        return
    if len(content) >= _LONGEST:  # its last line is cut off
        content = content.rpartition(b"\n")[0]
    folder, _, name = place.rpartition("/")
    if name in {"METADATA", "PKG-INFO"}:
        folder = folder.rpartition("/")[0]
    for distribution in _distribution(*name_and_version(content)):
        yield Found(distribution, folder)


def _pex(content: bytes) -> Iterator[Found]:
    """Return the distributions whose wheels ``PEX-INFO`` names.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    if len(content) > LONGEST_PEX_INFO:
        raise ValueError
    try:
        document = json.loads(content)
    except RecursionError:
        raise ValueError from None
    wheels = document.get("distributions") if isinstance(document, dict) else None
    for wheel in wheels if isinstance(wheels, dict) else ():
        parts = wheel.split("-", _WHEEL_PARTS[1])
        if len(parts) in _WHEEL_PARTS and wheel.endswith(".whl"):
            for distribution in _distribution(parts[0], parts[1].replace("_", "-")):
                yield Found(distribution, "")


def _distribution(name: str, version: str) -> Iterator[Distribution]:
    normalized = valid_name(name)
    if normalized and is_version(version):
        yield Distribution(name=normalized, version=version)


def on_search_path(found: Iterable[Found]) -> Iterator[Distribution]:
    """Leave out what stands below a folder that holds metadata, as vendored copies do."""
    below = ((f"/{folder}".rstrip("/").replace("/", "\0"), known) for known, folder in found)
    places = {(folder, distribution.name, distribution) for folder, distribution in below}
    above: list[str] = []
    # What stands below a folder comes directly behind it, since no letter sorts before a NUL.
    for folder, _, distribution in sorted(places, key=lambda one: (*one[:2], one[2].version)):
        while above and not f"{folder}\0".startswith(f"{above[-1]}\0"):
            above.pop()
        if not above or folder.rpartition("\0")[2] in _SITES:
            above.append(folder)
        if folder == above[-1]:
            yield distribution


def single_versions(name: str, metadata: Manifest) -> Manifest:
    """Return the manifest of what metadata says; of two versions of a name, none is guessed."""
    versions: dict[NormalizedName, set[str]] = {}
    for d in metadata.distributions:
        versions.setdefault(d.name, set()).add(d.version)
    if not versions:
        fault = "it holds no metadata of distributions"
        raise FreezeError(file=name, fault=fault, remedy="Name the lock file with --source")
    several = sorted(name for name in versions if len(versions[name]) > 1)
    said = f"{name}: {listed(several)} {'is' if len(several) == 1 else 'are'} left out: {SEVERAL}. "
    said += "Remove what an upgrade left."
    return Manifest(
        project=None,
        source=SOURCE,
        distributions=tuple(d for d in metadata.distributions if len(versions[d.name]) == 1),
        skipped=dict.fromkeys(several, SEVERAL),
        warnings=(*metadata.warnings, *([said] if several else [])),
    )
