"""Renders a manifest as a CycloneDX SBOM, which scanners read; it needs the extra ``sbom``.

https://cyclonedx.org/docs/1.6/json/ and https://peps.python.org/pep-0770/
"""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hatch_sentry_modules import markers
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Links, Manifest, Release

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component
    from cyclonedx.model.dependency import Dependency

MARKER, SKIPPED = "sentry-modules:marker", "sentry-modules:skipped"
"""The properties of a component: the marker where it has one, and why it has no version."""

SOURCE = "sentry-modules:source"

MOST_COMPONENTS = 2000
"""The library takes time that grows with their square: this many take four seconds."""

_NAMESPACE = uuid.UUID("8fa3c6a5-28a0-5d71-9a0c-c53b1a4b1e0d")


def to_cyclonedx(manifest: Manifest) -> str:
    """Return the manifest as CycloneDX 1.6 in JSON: ASCII, and the same bytes for the same one.

    It has the links between components where the source has, no time, and a serial number that
    follows from what it holds. Raises ``FreezeError`` where its library is missing or too slow.
    """
    if len(manifest.distributions) + len(manifest.skipped) > MOST_COMPONENTS:
        fault, remedy = f"more than {MOST_COMPONENTS} names take too long", "Leave the SBOM out"
        raise FreezeError(file="sentry-modules", place="SBOM", fault=fault, remedy=remedy)
    try:
        from cyclonedx.output.json import JsonV1Dot6
    except ModuleNotFoundError as error:
        fault = f"it needs {error.name}, which is not installed"
        remedy = 'Install it with: pip install "hatch-sentry-modules[sbom]"'
        raise FreezeError(file="sentry-modules", place="SBOM", fault=fault, remedy=remedy) from None
    with warnings.catch_warnings():
        # The library misses the links, which a source without any cannot tell.
        warnings.simplefilter("ignore", UserWarning)
        document = json.loads(JsonV1Dot6(_bom(manifest)).output_as_string())
    del document["metadata"]["timestamp"]
    if not manifest.links:
        # One without links would say of each component that it requires nothing.
        document.pop("dependencies", None)
    text = json.dumps({**document, "serialNumber": ""}, sort_keys=True)
    document["serialNumber"] = uuid.uuid5(_NAMESPACE, text).urn
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _bom(manifest: Manifest) -> Bom:
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom, BomMetaData

    components = dict(_components(manifest))
    own = next((release for release in components if release[0] == manifest.project), None)
    return Bom(
        metadata=BomMetaData(
            component=components[own] if own else None,
            properties=[Property(name=SOURCE, value=manifest.source)],
        ),
        components=[component for release, component in components.items() if release != own],
        dependencies=_dependencies(components, manifest.links, own),
    )


def _components(manifest: Manifest) -> Iterator[tuple[Release, Component]]:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    def component(release: Release, listed_as: str, **properties: str) -> Component:
        name, version = release
        purl = PackageURL("pypi", name=name, version=version)
        is_own = name == manifest.project
        return Component(
            type=ComponentType.APPLICATION if is_own else ComponentType.LIBRARY,
            name=listed_as,
            version=version,
            purl=purl,
            bom_ref=str(purl),
            properties=[Property(name=key, value=value) for key, value in properties.items()],
        )

    for d in manifest.distributions:
        release = (d.name, d.version)
        marker = markers.to_marker(d.condition)
        yield release, component(release, d.key, **({MARKER: marker} if marker else {}))
    for name, reason in manifest.skipped.items():
        yield (name, None), component((name, None), name, **{SKIPPED: reason})


def _dependencies(
    components: Mapping[Release, Component], links: Links, own: Release | None
) -> Iterator[Dependency]:
    from cyclonedx.model.dependency import Dependency

    required: dict[Release, set[Release]] = {release: set() for release in components}
    for release, targets in links.items():
        # The project's version can be known to the build alone, so it is found by its name.
        is_own = own is not None and (release is None or release[0] == own[0])
        source = own if is_own else release
        if source in required:  # what was excluded is not
            known = {own if own and target[0] == own[0] else target for target in targets}
            required[source] |= known & components.keys() - {source}
    for release, found in required.items():
        yield Dependency(
            ref=components[release].bom_ref,
            dependencies=[Dependency(ref=components[target].bom_ref) for target in found],
        )
