"""Builds what an event carries: the believed list, what the other source adds, within the budget.

Relay visits the entries in byte order of their names and spends 8192 on them: each costs the
length of its version and 3. The entry on which that ends keeps a part of its version, which is a
wrong one, and those after it are dropped. So whole entries are left out here instead.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Iterable, Mapping, NamedTuple

from sentry_modules.authority import Verdict
from sentry_modules.manifest import is_version, normalize

BUDGET = 8192
_COST_OF_ENTRY = 3


class Modules(NamedTuple):
    """The map to send, how many entries were left out of it, and where it is from in one line."""

    versions: dict[str, str]
    left_out: int
    origin: str


def choose(verdict: Verdict, *, combine: bool) -> Modules:
    """Choose and combine as the verdict says; a list without any of the manifest is not cut.

    With neither a manifest nor metadata, the ``__version__`` of loaded modules is the last resort.
    """
    manifest = verdict.manifest
    if manifest is None or not (verdict.is_authoritative or combine):
        versions, origin = installed(), "live metadata"
        if manifest is None and not versions:
            versions, origin = loaded(), "__version__ of loaded modules, as the last resort"
        return Modules(versions, 0, f"{origin}: {verdict.why}")
    faults = f", {manifest.faults} malformed entries" if manifest.faults else ""
    versions, origin = manifest.modules, f"{manifest.module} ({manifest.source}{faults})"
    if combine:
        other = installed()
        pair = (versions, other) if verdict.is_authoritative else (other, versions)
        versions, origin = union(*pair), f"{origin} and live metadata"
    kept = fit(versions, manifest.omit)
    return Modules(kept, len(versions) - len(kept), f"{origin}: {verdict.why}")


def union(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Give one entry for each normalized name; where both have it, that of the first."""
    names = {normalize(str(name)): name for name in (*reversed(list(second)), *first)}
    return {name: first[name] if name in first else second[name] for name in names.values()}


def fit(versions: dict[str, str], omit: Iterable[str]) -> dict[str, str]:
    """Leave out the names in ``omit``, in order, then the last ones, until the rest fits."""
    excess = sum(map(_cost, versions.values())) - BUDGET
    if excess <= 0:
        return versions
    kept = dict(versions)
    for name in (*omit, *sorted(versions, key=str.encode, reverse=True)):
        if name in kept and excess > 0:
            excess -= _cost(kept.pop(name))
    return kept


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
        if "." in name or type(module) is not ModuleType or _is_standard(name, module):
            continue
        version = vars(module).get("__version__")
        if is_version(version):
            versions[name.lower()] = version
    return versions


def _cost(version: str) -> int:
    return len(version.encode(errors="replace")) + _COST_OF_ENTRY


def _is_standard(name: str, module: ModuleType) -> bool:
    """Tell a module of the standard library; before Python 3.10 only its folder tells."""
    names = getattr(sys, "stdlib_module_names", None)
    if names is not None:
        return name in names
    origin = getattr(module.__spec__, "origin", None) or ""
    return origin in ("", "built-in", "frozen") or os.path.dirname(os.__file__) in (  # noqa: PTH120 - no files
        os.path.dirname(origin),  # noqa: PTH120 - no files are touched
        os.path.dirname(os.path.dirname(origin)),  # noqa: PTH120 - no files are touched
    )
