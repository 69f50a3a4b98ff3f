"""A small manifest with everything in it, and what varies."""

from __future__ import annotations

from packaging.utils import NormalizedName

from hatch_sentry_modules.model import Condition, Distribution, Manifest, MarkerText

WINDOWS: Condition = frozenset({frozenset({MarkerText('sys_platform == "win32"')})})
OLD: Condition = frozenset({frozenset({MarkerText('python_version < "3.11"')})})
NEW: Condition = frozenset({frozenset({MarkerText('python_version >= "3.11"')})})


def name(text: str) -> NormalizedName:
    """Mark a name as normalized."""
    return NormalizedName(text)


def manifest(**changes: object) -> Manifest:
    """Make a manifest with one conditional distribution and one that was skipped."""
    values: dict[str, object] = {
        "project": name("acme-app"),
        "source": "uv.lock",
        "distributions": (
            Distribution(name=name("acme-app"), version="4.2.0"),
            Distribution(name=name("colorama"), version="0.4.6", condition=WINDOWS),
            Distribution(name=name("flask"), version="3.1.3"),
        ),
        "skipped": {name("acme-core"): "the lock file holds no version for a dynamic source"},
    }
    return Manifest(**{**values, **changes})  # type: ignore[arg-type] # values are checked at run time


def versions(manifest: Manifest) -> dict[str, str]:
    """Return the names and versions of a manifest."""
    return {d.name: d.version for d in manifest.distributions}


def other_warnings(manifest: Manifest) -> tuple[str, ...]:
    """Return the warnings of a manifest but those of what has no version."""
    without = ("on no event", "is not static: a build")
    return tuple(text for text in manifest.warnings if not any(one in text for one in without))
