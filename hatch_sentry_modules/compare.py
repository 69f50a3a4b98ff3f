"""Compares manifests by PEP 440, and finds the application's among several: one rule for all."""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from packaging.utils import NormalizedName
from packaging.version import Version

from hatch_sentry_modules import markers, runtime_package
from hatch_sentry_modules.model import ALWAYS, Condition, Manifest


class Listed(NamedTuple):
    """A version, empty where it is unknown, and the marker of where it is installed."""

    version: str
    condition: Condition = ALWAYS

    @property
    def marker(self) -> str:
        """The marker's text, empty where it is installed everywhere."""
        return markers.to_marker(self.condition)


class Change(NamedTuple):
    """A difference: ``added``, ``removed``, ``upgraded``, ``downgraded``, or else ``changed``."""

    name: NormalizedName
    kind: str
    old: tuple[Listed, ...]
    new: tuple[Listed, ...]


def compare(old: Manifest, new: Manifest) -> Iterator[Change]:
    """Return the differences by name. What has no known version on one side agrees with any.

    A lock file alone may not say what its project is, and then cannot lack it.
    """
    before, after = _listed(old), _listed(new)
    unknown = {old.project, new.project} if None in {old.project, new.project} else set()
    for name in sorted({*before, *after}):
        sides = before.get(name, ()), after.get(name, ())
        kind = _kind(*sides)
        if kind and not (name in unknown and kind in {"added", "removed"}):
            yield Change(name, kind, *sides)


def with_collected(manifest: Manifest, collected: Manifest) -> Iterator[Change]:
    """Return where a manifest differs from what one environment holds.

    What is conditional can be missing there, and so can the run-time package; what the manifest
    excludes is there nevertheless.
    """
    # Compiled once: a manifest can hold more patterns than fnmatch remembers.
    excluded = re.compile("|".join(map(fnmatch.translate, manifest.exclude)) or "(?!)")
    for change in compare(manifest, collected):
        is_excluded = not change.old and excluded.match(change.name)
        if change.name == runtime_package.DISTRIBUTION or is_excluded:
            continue
        if change.kind == "removed":
            if any(d.version and d.condition == ALWAYS for d in change.old):
                yield change
        elif change.kind == "added" or not {*_versions(change.new)} <= {*_versions(change.old)}:
            yield change


def application(found: Sequence[Manifest], collected: Manifest) -> int:
    """Return the position of the application's manifest: a library can ship one of its own.

    What was injected comes first, then whose project no other lists, then who agrees most.
    """
    real = {(d.name, Version(d.version)) for d in collected.distributions}
    lists = [{(d.name, Version(d.version)) for d in manifest.distributions} for manifest in found]
    names = [{name for name, _ in listed} for listed in lists]

    def rank(position: int) -> tuple[bool, bool, int, int, int]:
        own, listed = found[position], lists[position]
        others = (*names[:position], *names[position + 1 :])
        is_listed = any(own.project in other for other in others)
        return not own.is_injected, is_listed, -len(listed & real), -len(listed), position

    return min(range(len(found)), key=rank)


def _listed(manifest: Manifest) -> Mapping[NormalizedName, tuple[Listed, ...]]:
    found: dict[NormalizedName, set[Listed]] = {name: {Listed("")} for name in manifest.skipped}
    for d in manifest.distributions:
        found.setdefault(d.name, set()).add(Listed(d.version, d.condition))
    return {name: tuple(sorted(found[name], key=lambda d: (d.version, d.marker))) for name in found}


def _kind(old: Sequence[Listed], new: Sequence[Listed]) -> str:
    if not old or not new:
        return "removed" if old else "added"
    if not all(d.version for d in (*old, *new)) or _keys(old) == _keys(new):
        return ""
    before, after = _versions(old), _versions(new)
    if before == after:
        return "changed"
    if before[0] <= after[0] and before[-1] <= after[-1]:
        return "upgraded"
    return "downgraded" if before[0] >= after[0] and before[-1] >= after[-1] else "changed"


def _keys(listed: Iterable[Listed]) -> set[tuple[Version, str]]:
    """Return what has to be equal; two markers are, if they compile to the same Python."""
    return {(Version(d.version), markers.to_python(d.condition)) for d in listed}


def _versions(listed: Iterable[Listed]) -> list[Version]:
    return sorted({Version(d.version) for d in listed if d.version})
