"""Makes a manifest of what was found in an artifact, so that it can be rendered in other forms."""

from __future__ import annotations

from collections.abc import Mapping

from hatch_sentry_modules.artifacts.generated_module import ReadModule, normalized
from hatch_sentry_modules.artifacts.inspection import Inspection
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Distribution, Manifest, Release

HELD = "metadata"
"""What a manifest names as its source when it was made from what the artifact says itself."""

SEVERAL = "the artifact holds the metadata of several versions"


def of_held(found: Inspection) -> Manifest:
    """Make the manifest of the metadata in an artifact; of two versions of a name, none is guessed.

    Raises:
        FreezeError: There is no metadata.
    """
    versions: dict[str, set[str]] = {}
    for held in found.held:
        versions.setdefault(held.name, set()).add(held.version)
    if not versions:
        fault = "it holds no metadata of distributions"
        raise FreezeError(file=found.name, fault=fault, remedy="Name the lock file with --source")
    return Manifest(
        project=None,
        source=HELD,
        distributions=tuple(
            Distribution(name=name, version=version)
            for name, version in sorted({(held.name, held.version) for held in found.held})
            if len(versions[name]) == 1
        ),
        skipped={held.name: SEVERAL for held in found.held if len(versions[held.name]) > 1},
        warnings=tuple(f"{found.name}: {sentence}" for sentence in found.unread),
    )


def of_module(module: ReadModule) -> Manifest:
    """Make the manifest of a generated module; what only some environments hold is listed too.

    The conditions are in :func:`conditions`: here they are Python, and no markers.
    """
    return Manifest(
        project=normalized(module.project or ""),
        source=module.source,
        distributions=tuple(
            Distribution(name=name, version=version, listed_as=key)
            for name, version, key in sorted({(d.name, d.version, d.key) for d in module.listed})
        ),
        skipped={
            name: reason for key, reason in module.skipped.items() if (name := normalized(key))
        },
    )


def conditions(module: ReadModule) -> Mapping[Release, str]:
    """Give the Python conditions of what is listed for some environments only."""
    always = {(d.name, d.version) for d in module.listed if d.condition == ""}
    found: dict[Release, list[str]] = {}
    for d in module.listed:
        if (d.name, d.version) not in always:
            found.setdefault((d.name, d.version), []).append(d.condition or "unknown")
    return {release: " or ".join(alternatives) for release, alternatives in found.items()}
