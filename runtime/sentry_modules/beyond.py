"""Looks for manifests beyond the near places, in the import packages that stand on the path."""

from __future__ import annotations

import sys

from sentry_modules.manifest import MODULE, Manifest, UnusableManifestError
from sentry_modules.places import Place
from sentry_modules.search import load_all, package_of_main


def look(near: list[Manifest], places: list[Place]) -> list[Manifest]:
    """Return those that were found near, with what counts over them; else all that there are."""
    if not near:
        names = [name for place in places for name in place.generated_modules()]
        names = names or [name for place in places for name in place.hidden_modules()]
        return [manifest for manifest in load_all(names) if not _is_copy(manifest, places)]
    top = near[0].module.partition(".")[0]
    if top in (MODULE, package_of_main().partition(".")[0]):
        return near
    return [*near, *_applications(near[0], places)]


def _is_copy(manifest: Manifest, places: list[Place]) -> bool:
    # Whether the project is installed, and this is what lies in a folder such as ``dist``.
    #
    # Any folder below the path passes for a namespace package; one that is in use is imported.
    package = manifest.module.rpartition(".")[0]
    start = f"{package.partition('.')[0]}/__init__"
    if package in sys.modules or any(place.has_module(start) for place in places):
        return False
    return any(form == manifest.project for place in places for form, _, _ in place.metadata())


def _applications(library: Manifest, places: list[Place]) -> list[Manifest]:
    # Return the manifests that list what may be a library, such as one that sets Sentry up before
    # any code of the application runs.
    #
    # A folder of sources can hold another application, which lists this one: it is passed over
    # unless what it lists is there as well.
    names = [name for place in places for name in place.generated_modules(library.modules)]
    try:
        found = load_all(name for name in names if name != library.module)
    except UnusableManifestError:
        return []
    found = [manifest for manifest in found if manifest.name_of(library.project)]
    there = {name for place in places for name in place.distributions()} if found else set()
    return [one for one in found if len(there.intersection(one.modules)) * 2 > len(one.modules)]
