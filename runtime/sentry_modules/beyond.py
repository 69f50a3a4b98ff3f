"""Looks for manifests beyond the near places, in the import packages that stand on the path."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Iterable

from sentry_modules.manifest import MODULE, Manifest, UnusableManifestError
from sentry_modules.places import Place
from sentry_modules.search import load_all, package_of_main


def look(near: list[Manifest], places: list[Place], is_named: bool, nearest: str) -> list[Manifest]:
    """Return those that were found near, with what counts over them; else all that there are.

    Nothing is looked for besides what was injected where ``is_named``. ``nearest`` is the module
    that asks. Raises ``UnusableManifestError`` where there are none but such as another user can
    have written.
    """
    if is_named:
        return _without_replaced([*near, *_injected(near, places)])
    near = _without_replaced([one for one in near if not _is_foreign(one, nearest)])
    if not near:
        return _everywhere(places, nearest)
    top = near[0].module.partition(".")[0]
    if top in (MODULE, package_of_main().partition(".")[0]):
        return near
    found = [*near, *_applications(near[0], places, nearest)]
    # A folder without a project, such as a function's, is an application and no library.
    return sorted(found, key=lambda one: not (one.module == MODULE and not one.project))


def _everywhere(places: list[Place], nearest: str) -> list[Manifest]:
    # Return what stands in any import package on the path, what is imported first.
    found = [name for place in places for name in place.generated_modules()]
    found = found or [name for place in places for name in place.hidden_modules()]
    names = _trusted(found, places, nearest)
    if found and not names:
        why = "is passed over, since other users can write to it or its folder, or own it"
        raise UnusableManifestError(f"{found[0]} {why}")
    if names:
        from sentry_modules import miss  # seldom needed

        # An ordinary install needs none, and a folder beside it can hold others' sources.
        if miss.is_installed(nearest.partition(".")[0]):
            names = [name for name in names if _is_package(name, places)]
    # Several applications can lie in one folder: the imported one runs here.
    names.sort(key=lambda name: name.rpartition(".")[0] not in sys.modules)
    return [manifest for manifest in load_all(names) if not _is_copy(manifest, places)]


def _injected(near: list[Manifest], places: list[Place]) -> list[Manifest]:
    # Return what ``sentry-modules inject`` put at the top level.
    is_there = any(place.has_generated_module() for place in places)
    if not is_there or MODULE in [one.module for one in near]:
        return []
    try:
        return [manifest for manifest in load_all([MODULE]) if manifest.is_injected]
    except UnusableManifestError:
        return []


def _without_replaced(found: list[Manifest]) -> list[Manifest]:
    # Leave out what an injected manifest counts over: that of the same application, and not what
    # another folder on the path holds.
    def is_replaced(one: Manifest) -> bool:
        return not one.is_injected and any(
            other.is_injected
            and (one.project == other.project or one.root == other.root or _lists(other, one))
            for other in found
        )

    return [one for one in found if not is_replaced(one)]


def _lists(manifest: Manifest, other: Manifest) -> bool:
    return bool(other.project) and manifest.name_of(other.project) is not None


def _is_foreign(manifest: Manifest, nearest: str) -> bool:
    # Whether a manifest at the top is of another project, in whose folder a program was started by
    # its name: the program is installed elsewhere, and not listed. A server that is started so runs
    # the code of that folder, which asks itself.
    top = nearest.partition(".")[0]
    file = getattr(sys.modules.get(top), "__file__", None)
    if manifest.module != MODULE or not manifest.project or type(file) is not str:
        return False
    if top != package_of_main().partition(".")[0]:
        return False
    if file.startswith(f"{manifest.root}{os.sep}"):
        return False
    from sentry_modules import miss  # seldom needed

    own = miss.owner(top)
    return own is not None and own != manifest.project and manifest.name_of(own) is None


def _trusted(names: Iterable[str], places: list[Place], nearest: str) -> list[str]:
    # Return the modules that nobody else can have written. Any folder below the path passes for a
    # namespace package, such as /tmp where a service runs in /.
    #
    # Whoever owns the module that asks is trusted: its code runs.
    owners: set[int] = set()
    with suppress(OSError, TypeError, AttributeError, KeyError):
        owners.add(os.stat(sys.modules[nearest].__file__).st_uid)  # type: ignore[arg-type] # noqa: PTH116 - what is no path is suppressed
    trusted = []
    for name in names:
        start = f"{name.partition('.')[0]}/__init__"
        # A package comes from the first place that has it, a namespace package from all.
        of = [place for place in places if place.has_module(start)][:1] or places
        if all(place.is_trusted(name, owners) for place in of):
            trusted.append(name)
    return trusted


def _is_package(name: str, places: list[Place]) -> bool:
    # Whether a module's package is imported, or is no folder that passes for a namespace package.
    start = f"{name.partition('.')[0]}/__init__"
    return name.rpartition(".")[0] in sys.modules or any(
        place.has_module(start) for place in places
    )


def _is_copy(manifest: Manifest, places: list[Place]) -> bool:
    # Whether the project is installed, and this is what lies in a folder such as ``dist``.
    if _is_package(manifest.module, places):
        return False
    return any(form == manifest.project for place in places for form, _, _ in place.metadata())


def _applications(library: Manifest, places: list[Place], nearest: str) -> list[Manifest]:
    # Return the manifests that list what may be a library, such as one that sets Sentry up before
    # any code of the application runs.
    #
    # A folder of sources can hold another application, which lists this one: it is passed over
    # unless what it lists is there as well.
    all_names = (name for place in places for name in place.generated_modules(library.modules))
    names = _trusted(all_names, places, nearest)
    try:
        found = load_all(name for name in names if name != library.module)
    except UnusableManifestError:
        return []
    found = [manifest for manifest in found if manifest.name_of(library.project)]
    there = {name for place in places for name in place.distributions()} if found else set()
    return [one for one in found if len(there.intersection(one.modules)) * 2 > len(one.modules)]
