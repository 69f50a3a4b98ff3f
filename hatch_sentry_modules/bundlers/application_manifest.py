"""Finds the generated module that an application ships already, and checks it."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from packaging.utils import NormalizedName

from hatch_sentry_modules import compare, layout, manifest_document
from hatch_sentry_modules.model import Manifest

PROGRAM = "__main__"
"""What the program is called among the modules."""

_SDK = NormalizedName("sentry-sdk")


class ApplicationManifest(NamedTuple):
    """A generated module that was found: its name, its text, and what it says."""

    module: str
    text: str
    manifest: Manifest


def find(modules: Mapping[str, str], collected: Manifest) -> ApplicationManifest | None:
    """Find the application's module beside the modules that a bundler takes, by name and file.

    At the top of a folder it counts beside the program, or if its project was collected.
    """
    names = {*collected.skipped, *(d.name for d in collected.distributions)}
    program = Path(modules[PROGRAM]).parent if PROGRAM in modules else None
    found = []
    for package, folder in sorted(_places(modules)):
        own = _read(package, folder)
        if own and (package or folder == program or own.manifest.project in names):
            found.append(own)
    if not found:
        return None
    return found[compare.application([own.manifest for own in found], collected)]


def _places(modules: Mapping[str, str]) -> set[tuple[str, Path]]:
    """Return each import package that one of the modules is in, empty at the top, and its folder.

    Not all are modules themselves: namespace packages have no file.
    """
    found = set[tuple[str, Path]]()
    for name, file in modules.items():
        path = Path(file)
        is_package = path.name.partition(".")[0] == "__init__"
        place = (name if is_package else name.rpartition(".")[0], path.parent)
        while place not in found:
            found.add(place)
            package, folder = place
            if package:
                place = (package.rpartition(".")[0], folder.parent)
    return found


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
    # Without the SDK it is a library's, if that is not what it excludes.
    is_excluded = any(fnmatchcase(_SDK, pattern) for pattern in manifest.exclude)
    if not is_excluded and _SDK not in {
        *manifest.skipped,
        *(d.name for d in manifest.distributions),
    }:
        return None
    return ApplicationManifest(f"{package}.{layout.MODULE}".lstrip("."), text, manifest)


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
