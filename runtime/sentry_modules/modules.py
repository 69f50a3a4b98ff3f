"""Builds what an event carries, within the server's budget."""

# Relay visits the entries in byte order of their names and spends 8192 on them: each costs the
# length of its version and 3. The entry on which that ends keeps a part of its version, which is a
# wrong one, and those after it are dropped. So whole entries are left out here instead.

from __future__ import annotations

from importlib import import_module
from itertools import repeat
from typing import Iterable, Iterator, Mapping

from sentry_modules.decision import Decision
from sentry_modules.manifest import Manifest, normalize

BUDGET = 8192
_COST_OF_ENTRY = 3
_LONGEST = 256  # no real version comes near


class Modules:
    """The map to send, the count of entries left out of it, and its origin in one line."""

    def __init__(self, versions: dict[str, str], left_out: int, origin: str) -> None:
        self.versions = versions
        self.left_out = left_out
        self.origin = origin


def choose(decision: Decision, *, combine: bool) -> Modules:
    """Choose and combine as was decided."""
    # A list without any of the manifest is not cut.
    manifest = decision.manifest
    if manifest is None:
        return Modules(installed(), 0, f"live metadata: {decision.why}")
    if decision.versions is None and not combine:
        versions = _without_excluded(installed(), manifest)
        return Modules(versions, 0, f"live metadata: {decision.why}")
    faults = f", {manifest.faults} malformed entries" if manifest.faults else ""
    origin = f"{manifest.module} ({manifest.source}{faults})"
    if not combine:
        versions = decision.versions or {}
    elif decision.versions is None:
        versions = union(installed(), manifest.modules)
    else:
        versions = union(decision.versions, installed())
    versions = _without_excluded(versions, manifest)
    origin += " and live metadata" if combine else ""
    size = manifest.size if versions is manifest.modules else None
    kept = fit(versions, manifest.omit(), size)
    return Modules(kept, len(versions) - len(kept), f"{origin}: {decision.why}")


def _without_excluded(versions: dict[str, str], manifest: Manifest) -> dict[str, str]:
    # Patterns hold for every list: live metadata has names that the build side never saw.
    if not manifest.exclude:
        return versions
    from fnmatch import fnmatchcase

    def is_kept(name: str) -> bool:
        return not any(fnmatchcase(normalize(name), pattern) for pattern in manifest.exclude)

    return {name: version for name, version in versions.items() if is_kept(name)}


def union(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Return one entry for each normalized name; where both have it, that of the first."""
    names = {normalize(str(name)): name for name in (*reversed(list(second)), *first)}
    return {name: first[name] if name in first else second[name] for name in names.values()}


def fit(versions: dict[str, str], omit: Iterable[str], size: int | None = None) -> dict[str, str]:
    """Leave out entries until the rest fits: first those in ``omit``, then the last."""
    # ``size`` is the bytes of all versions where they are known: those of a manifest, in ASCII.
    measure = _size if size is None else len
    size = _size("".join(versions.values())) if size is None else size
    excess = size + _COST_OF_ENTRY * len(versions) - BUDGET
    if excess <= 0:
        return versions
    kept, omit = dict(versions), [*omit]
    gone = [*map(kept.pop, omit, repeat(""))]  # at C speed, since it can be thousands
    excess -= measure("".join(gone)) + _COST_OF_ENTRY * (len(versions) - len(kept))
    for name, version in zip(reversed(omit), reversed(gone)):
        cost = measure(version) + _COST_OF_ENTRY if version else 0
        if excess + cost > 0:
            break
        if version:
            kept[name] = version
            excess += cost
    for name in _in_order(kept) if excess > 0 else ():
        excess -= measure(kept.pop(name)) + _COST_OF_ENTRY
        if excess <= 0:  # before the next name is asked for, which can take a sort
            break
    return kept


def _in_order(versions: Mapping[str, str]) -> Iterator[str]:
    # What is far too long for a version goes before what the server would drop: UTF-8 sorts by
    # code point.
    yield from (name for name, version in versions.items() if len(version) > _LONGEST)
    yield from sorted(versions, reverse=True)


def installed() -> dict[str, str]:
    """Return what the stock integration sends, from the cache that it keeps."""
    try:
        stock = import_module("sentry_sdk.integrations.modules")
        return stock._get_installed_modules()  # type: ignore[no-any-return] # an untyped module
    except Exception:  # noqa: BLE001 - broken metadata, or an SDK that has it elsewhere
        return {}


def _size(version: str) -> int:
    return len(version.encode(errors="replace"))
