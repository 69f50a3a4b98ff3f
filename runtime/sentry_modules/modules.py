"""Builds what an event carries: the believed list, what the other source adds, within the budget.

Relay visits the entries in byte order of their names and spends 8192 on them: each costs the
length of its version and 3. The entry on which that ends keeps a part of its version, which is a
wrong one, and those after it are dropped. So whole entries are left out here instead.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from itertools import chain
from types import ModuleType
from typing import Iterable, Iterator, Mapping

from sentry_modules.authority import Verdict
from sentry_modules.manifest import Manifest, is_version, normalize

BUDGET = 8192
_COST_OF_ENTRY = 3
_OTHERS = ("site-packages", "dist-packages")


class Modules:
    """The map to send, how many entries were left out of it, and where it is from in one line."""

    def __init__(self, versions: dict[str, str], left_out: int, origin: str) -> None:
        self.versions = versions
        self.left_out = left_out
        self.origin = origin


def choose(verdict: Verdict, *, combine: bool) -> Modules:
    """Choose and combine as the verdict says; a list without any of the manifest is not cut.

    Values that raise when they are used, as no data does, make a manifest as good as none. With
    neither it nor metadata, the ``__version__`` of loaded modules is the last resort.
    """
    manifest = verdict.manifest
    if manifest is not None and (verdict.is_authoritative or combine):
        try:
            return _frozen(manifest, verdict, combine=combine)
        except Exception as error:  # noqa: BLE001 - a subclass of text can raise anything
            verdict = Verdict(None, False, f"{manifest.module} raises {type(error).__name__}")
    versions, origin = installed(), "live metadata"
    if verdict.manifest is None and not versions:
        versions, origin = loaded(), "__version__ of loaded modules, as the last resort"
    return Modules(versions, 0, f"{origin}: {verdict.why}")


def _frozen(manifest: Manifest, verdict: Verdict, *, combine: bool) -> Modules:
    faults = f", {manifest.faults} malformed entries" if manifest.faults else ""
    versions, origin = manifest.modules, f"{manifest.module} ({manifest.source}{faults})"
    if combine:
        other = installed()
        pair = (versions, other) if verdict.is_authoritative else (other, versions)
        versions, origin = union(*pair), f"{origin} and live metadata"
    kept = fit(versions, manifest.omit())
    return Modules(kept, len(versions) - len(kept), f"{origin}: {verdict.why}")


def union(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Give one entry for each normalized name; where both have it, that of the first."""
    names = {normalize(str(name)): name for name in (*reversed(list(second)), *first)}
    return {name: first[name] if name in first else second[name] for name in names.values()}


def fit(versions: dict[str, str], omit: Iterable[str]) -> dict[str, str]:
    """Leave out entries until the rest fits.

    First the names in ``omit``, in order; what is far too long for a version; then the last ones.
    """
    excess = _cost("".join(versions.values())) + _COST_OF_ENTRY * (len(versions) - 1) - BUDGET
    if excess <= 0:
        return versions
    kept = dict(versions)
    too_long = (name for name, version in versions.items() if not is_version(version))
    for name in chain(omit, too_long, _last_first(versions)):
        if name in kept:
            excess -= _cost(kept.pop(name))
            if excess <= 0:  # before the next name is asked for, which can take a scan or a sort
                break
    return kept


def _last_first(names: Iterable[str]) -> Iterator[str]:
    # Give names from the server's last, sorted only when asked for; UTF-8 sorts by code point.
    yield from sorted(names, reverse=True)


def installed() -> dict[str, str]:
    """Give what the stock integration sends, from the cache that it keeps."""
    try:
        stock = import_module("sentry_sdk.integrations.modules")
        return stock._get_installed_modules()  # type: ignore[no-any-return] # an untyped module
    except Exception:  # noqa: BLE001 - broken metadata, or an SDK that has it elsewhere
        return {}


def loaded() -> dict[str, str]:
    """Give the versions that loaded top-level modules outside the standard library claim."""
    versions = {}
    for name, module in list(sys.modules.items()):
        is_candidate = "." not in name and not name.startswith("_") and type(module) is ModuleType
        if is_candidate and not _is_standard(name, module):
            version = vars(module).get("__version__")  # not an attribute, which can be code
            if is_version(version):
                versions[name.lower()] = version
    return versions


def _cost(version: str) -> int:
    return len(version.encode(errors="replace")) + _COST_OF_ENTRY


def _is_standard(name: str, module: ModuleType) -> bool:
    # Tell a module of the standard library; before Python 3.10 only its folder tells.
    names = getattr(sys, "stdlib_module_names", None)
    if names is not None:
        return name in names
    origin = getattr(module.__spec__, "origin", None) or ""
    library = f"{os.path.dirname(os.__file__)}{os.sep}"  # noqa: PTH120 - no file is touched
    is_inside = origin.startswith(library) and not origin[len(library) :].startswith(_OTHERS)
    return origin in ("built-in", "frozen") or is_inside
