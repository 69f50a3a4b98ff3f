"""Looks for manifests beyond the near places, in the import packages that stand on the path."""

from __future__ import annotations

from sentry_modules.manifest import MODULE, Manifest, UnusableManifestError
from sentry_modules.places import Place
from sentry_modules.search import load_all, package_of_main


def look(near: list[Manifest], places: list[Place]) -> list[Manifest]:
    """Return those that were found near, with what counts over them; else all that there are."""
    if not near:
        found = [name for place in places for name in place.generated_modules()]
        return load_all(found or [name for place in places for name in place.hidden_modules()])
    top = near[0].module.partition(".")[0]
    if top in (MODULE, package_of_main().partition(".")[0]):
        return near
    return [*near, *_applications(near[0], places)]


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
