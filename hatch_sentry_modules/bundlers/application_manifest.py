"""Finds the generated module that an application ships already, and checks it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from packaging.utils import NormalizedName

from hatch_sentry_modules import compare, layout, manifest_document
from hatch_sentry_modules.model import Manifest

_SDK = NormalizedName("sentry-sdk")


class ApplicationManifest(NamedTuple):
    """A generated module that was found: its name, its text, and what it says."""

    module: str
    text: str
    manifest: Manifest


def find(packages: Mapping[str, str], collected: Manifest) -> ApplicationManifest | None:
    """Find the application's module in packages and their folders; the program's name is empty."""
    places = sorted(packages.items())
    found = [own for package, folder in places if (own := _read(package, Path(folder)))]
    if not found:
        return None
    return found[compare.application([own.manifest for own in found], collected)]


def _read(package: str, folder: Path) -> ApplicationManifest | None:
    """Read a generated module without executing it; nothing where there is none."""
    path = folder / layout.FILE_NAME
    if layout.beginning(path) != layout.GENERATED:
        return None
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):  # edited: the run-time side would not use it
        return None
    manifest = manifest_document.read(text).manifest
    if _SDK not in {*manifest.skipped, *(d.name for d in manifest.distributions)}:
        return None
    return ApplicationManifest(f"{package}.{path.stem}".lstrip("."), text, manifest)


def differences(own: ApplicationManifest, collected: Manifest) -> Iterator[str]:
    """Return a clause for each distribution that differs from what was bundled."""
    for change in compare.with_collected(own.manifest, collected):
        sides = (change.old, change.new)
        listed, bundled = (" or ".join(d.version for d in side if d.version) for side in sides)
        if not change.new:
            yield f"which lists {change.name} {listed} although it was not bundled"
        elif not change.old:
            yield f"which does not list {change.name} {bundled}".rstrip() + ", which was bundled"
        else:
            yield f"which lists {change.name} {listed} although {bundled} was bundled"
