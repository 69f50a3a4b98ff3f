"""Builds what an event carries, within the server's budget."""

# Relay visits the entries in byte order of their names and spends 8192 on them: each costs the
# length of its version and 3. The entry on which that ends keeps a part of its version, which is a
# wrong one, and those after it are dropped. So whole entries are left out here instead.

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import Any, Iterator, Mapping

from sentry_modules.decision import Decision
from sentry_modules.manifest import Manifest, normalize

BUDGET = 8192
_COST_OF_ENTRY = 3
_LONGEST = 256  # no real version comes near


class Modules:
    """What to send, the count of what was left out, and the origin."""

    def __init__(self, versions: dict[str, str], left_out: int, origin: str) -> None:
        self.versions = versions
        self.left_out = left_out
        self.origin = origin


def choose(decision: Decision, *, combine: bool) -> Modules:
    """Choose and combine as was decided."""
    # A list without any of the manifest is not cut.
    manifest, is_live = decision.manifest, decision.changed is None
    if manifest is None or (is_live and not combine):
        versions = _without_excluded(installed(), manifest)
        return Modules(versions, 0, f"live metadata: {decision.why}")
    faults = f", {manifest.faults} malformed entries" if manifest.faults else ""
    origin = f"{manifest.module} ({manifest.source}{faults})"
    carried = decision.of(manifest.carried)
    if not combine:
        versions = carried
    elif is_live:
        versions = union(installed(), carried)
    else:
        versions = union(decision.of(manifest.modules), installed())
        versions = {n: v for n, v in versions.items() if n in carried or n not in manifest.modules}
    versions = _without_excluded(versions, manifest)
    origin += " and live metadata" if combine else ""
    kept = fit(versions, manifest.size if versions is manifest.carried else None)
    left_out = len(versions) - len(kept) + len(manifest.omitted)
    return Modules(kept, left_out, f"{origin}: {decision.why}")


def _without_excluded(versions: dict[str, str], manifest: Manifest | None) -> dict[str, str]:
    # Patterns hold for every list: live metadata has names that the build side never saw.
    if not (manifest and manifest.exclude):
        return versions
    import re
    from fnmatch import fnmatchcase

    patterns = []
    for pattern in manifest.exclude:
        with suppress(re.error):  # before Python 3.10 [z-a] is no pattern; then it fits nothing
            fnmatchcase("", pattern)
            patterns.append(pattern)
    return {
        name: version
        for name, version in versions.items()
        if not any(fnmatchcase(normalize(name), pattern) for pattern in patterns)
    }


def union(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Return one entry for each normalized name; where both have it, that of the first."""
    names = {normalize(str(name)): name for name in (*reversed(list(second)), *first)}
    return {name: first[name] if name in first else second[name] for name in names.values()}


def beside(given: Mapping[Any, Any], versions: dict[str, str]) -> dict[str, str]:
    """Return what an application gave an event, and of ours what fits into the budget beside it."""
    both = union(given, versions)
    ours = {name: version for name, version in both.items() if name not in given}
    if len(fit(versions)) < len(versions):  # live metadata, which is not cut
        return both
    spent = sum(_size(str(version)) + _COST_OF_ENTRY for version in given.values())
    kept = fit(ours, _size("".join(ours.values())) + spent)
    return {name: version for name, version in both.items() if name in given or name in kept}


def fit(versions: dict[str, str], size: int | None = None) -> dict[str, str]:
    """Leave out entries until the rest fits, the last ones first."""
    # ``size`` is the bytes of all versions where they are known.
    size = _size("".join(versions.values())) if size is None else size
    excess = size + _COST_OF_ENTRY * len(versions) - BUDGET
    if excess <= 0:
        return versions
    kept = dict(versions)
    for name in _in_order(versions):
        excess -= _size(kept.pop(name)) + _COST_OF_ENTRY
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
