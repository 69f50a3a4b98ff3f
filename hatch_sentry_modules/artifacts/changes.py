"""Compares two lists of distributions by PEP 440."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from packaging.utils import NormalizedName
from packaging.version import Version


class Release(NamedTuple):
    """A version, empty where it is unknown, and when it is there; see ``Listed.condition``."""

    version: str
    condition: str | None = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One side of a comparison.

    ``name`` is the file's, and ``origin`` says what in it speaks.
    """

    name: str
    origin: str
    releases: Mapping[NormalizedName, frozenset[Release]]


class Change(NamedTuple):
    """A difference: ``added``, ``removed``, ``upgraded``, ``downgraded``, or else ``changed``.

    Only conditions can differ, or versions in both directions: that is ``changed``.
    """

    name: NormalizedName
    kind: str
    old: tuple[Release, ...]
    new: tuple[Release, ...]


def grouped(
    releases: Iterable[tuple[NormalizedName, Release]],
) -> dict[NormalizedName, frozenset[Release]]:
    """Put the releases of each name together."""
    found: dict[NormalizedName, set[Release]] = {}
    for name, release in releases:
        found.setdefault(name, set()).add(release)
    return {name: frozenset(found[name]) for name in sorted(found)}


def compare(old: Listing, new: Listing) -> Iterator[Change]:
    """Give the differences by name. What has no known version on one side agrees with any.

    Versions that PEP 440 holds to be equal, such as 1.0 and 1.0.0, agree.
    """
    for name in sorted({*old.releases, *new.releases}):
        before, after = (side.releases.get(name, frozenset()) for side in (old, new))
        if kind := _kind(before, after):
            yield Change(name, kind, _ordered(before), _ordered(after))


def _kind(old: frozenset[Release], new: frozenset[Release]) -> str:
    if not old or not new:
        return "removed" if old else "added"
    if any(not release.version for release in old | new) or _key(old, new) == _key(new, old):
        return ""
    before, after = _versions(old), _versions(new)
    if before == after:
        return "changed"
    if before[0] <= after[0] and before[-1] <= after[-1]:
        return "upgraded"
    return "downgraded" if before[0] >= after[0] and before[-1] >= after[-1] else "changed"


def _key(releases: frozenset[Release], others: frozenset[Release]) -> set[tuple[Version, str]]:
    """Give what has to be equal: conditions count only if they are known on both sides."""
    is_known = all(release.condition is not None for release in releases | others)
    return {(Version(r.version), (r.condition or "") if is_known else "") for r in releases}


def _versions(releases: Iterable[Release]) -> list[Version]:
    return sorted({Version(release.version) for release in releases})


def _ordered(releases: frozenset[Release]) -> tuple[Release, ...]:
    return tuple(sorted(releases, key=lambda release: (release.version, release.condition or "")))
