"""Shows ``pkg_resources`` what the manifests list, as far as an application still uses it.

It asks no finder. When it is imported it reads every folder and archive on the path into one
list, the working set, and the SDK before 1.28.1 takes its own list from there. So the finder has
the manifests' entries added when that import ends, or at once where it has ended before.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Callable, Iterable

from sentry_modules.manifest import Manifest, normalize

_NAME = "pkg_resources"
_ENTRY = "<sentry-modules>"  # where the working set has them from: no folder's name


def serve(manifests: Iterable[Manifest]) -> None:
    """Add what the manifests list and the working set does not have in the same version.

    The first manifest that lists a name counts. Entry points and files of a real distribution in
    another version stay; its requirements are not this version's, so there are none. Added by
    hand, for ``WorkingSet.add`` would also put the application's place on ``sys.path``.
    """
    pkg_resources = sys.modules.get(_NAME)
    working_set = getattr(pkg_resources, "working_set", None)
    if pkg_resources is None or working_set is None:  # not imported, or just being imported
        return
    make = _maker(pkg_resources)
    by_key, listed = working_set.by_key, working_set.entry_keys.setdefault(_ENTRY, [])
    if _ENTRY not in working_set.entries:
        working_set.entries.append(_ENTRY)
    known = {normalize(key): found for key, found in list(by_key.items())}
    for manifest in manifests:
        for name, version in manifest.modules.items():
            real = known.get(normalize(name))
            if _is_frozen(real) or _version(real) == version:
                continue
            made = [make(spelling, version, real, manifest) for spelling in _spell(name, real)]
            if real is None:
                listed.append(made[0].key)
            known[normalize(name)] = made[0]
            for key, frozen in {distribution.key: distribution for distribution in made}.items():
                frozen.hides = by_key.get(key)
                by_key[key] = frozen


def withdraw() -> None:
    """Leave the working set as it would be without the manifests."""
    working_set = getattr(sys.modules.get(_NAME), "working_set", None)
    if working_set is None or _ENTRY not in working_set.entry_keys:
        return
    working_set.entries.remove(_ENTRY)
    del working_set.entry_keys[_ENTRY]
    for key, distribution in list(working_set.by_key.items()):
        if _is_frozen(distribution):
            del working_set.by_key[key]
            if distribution.hides is not None:
                working_set.by_key[key] = distribution.hides


def _spell(name: str, real: Any) -> Iterable[str]:
    """Give the spellings by which to find a distribution, the one that is listed first.

    A dot in a name is none of its hyphens to ``pkg_resources``, and lock files have hyphens alone.
    """
    form = normalize(name)
    first = name if real is None else real.project_name
    return dict.fromkeys((first, form, form.replace("-", ".", 1), form.replace("-", ".")))


def _maker(pkg_resources: ModuleType) -> Callable[..., Any]:
    """Give what makes a distribution of a version, with what a real one has beside that."""

    class Frozen(pkg_resources.Distribution):  # type: ignore[misc, name-defined] # it is untyped
        is_in_manifest = True

        def __init__(self, name: str, version: str, real: Any, manifest: Manifest) -> None:
            place = manifest.root if real is None else real.location
            provider = None if real is None else real._provider
            super().__init__(place, provider, project_name=name, version=version)

        def requires(self, extras: Iterable[str] = ()) -> list[Any]:  # noqa: ARG002 - as it is
            return []

    return Frozen


def _version(real: Any) -> str | None:
    try:
        version: str = real.version
    except Exception:  # noqa: BLE001 - there is none, or its metadata is broken
        return None
    return version


def _is_frozen(distribution: object) -> bool:
    return getattr(distribution, "is_in_manifest", False)
