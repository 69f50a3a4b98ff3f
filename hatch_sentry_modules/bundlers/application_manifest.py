"""Finds the generated module that an application ships already, and checks it.

A bundler can leave out or exchange what the lock file named, so what the module says is compared
with what was collected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules import layout, manifest_document, render, runtime_package
from hatch_sentry_modules.model import Manifest

_SDK = NormalizedName("sentry-sdk")


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationManifest:
    """A generated module that was found: its name, its text, and what it says here.

    ``versions`` is by normalized name; ``None`` stands for a name that was skipped.
    """

    module: str
    text: str
    versions: Mapping[NormalizedName, str | None]


def find(packages: Mapping[str, str], collected: Manifest) -> ApplicationManifest | None:
    """Find the application's generated module.

    A library can carry one too: the application's lists the SDK, and most of what was collected.

    Args:
        packages: The import packages in the bundle, each with its folder; the empty name stands
            for the folder of the program.
        collected: What was really collected.
    """
    listed = {d.name: d.version for d in collected.distributions}
    found = [c for package, folder in packages.items() if (c := _read(package, Path(folder)))]

    def agreement(own: ApplicationManifest) -> int:
        return sum(own.versions.get(name) == version for name, version in listed.items())

    return max(sorted(found, key=lambda c: c.module), key=agreement, default=None)


def _read(package: str, folder: Path) -> ApplicationManifest | None:
    """Return a generated module; nothing where there is none of an application."""
    path = folder / layout.FILE_NAME
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    found = manifest_document.read(text) if text.startswith(render.HEADER) else None
    if found is None:
        return None
    versions: dict[NormalizedName, str | None] = dict.fromkeys(found.manifest.skipped)
    versions |= {d.name: d.version for d in found.manifest.distributions}
    if _SDK not in versions:
        return None
    module = f"{package}.{path.stem}" if package else path.stem
    return ApplicationManifest(module=module, text=text, versions=versions)


def differences(own: ApplicationManifest, collected: Manifest) -> Iterator[str]:
    """Name each distribution of which the module says something else than was collected."""
    listed: dict[NormalizedName, str | None] = dict.fromkeys(collected.skipped)
    listed |= {d.name: d.version for d in collected.distributions}
    for name in sorted({*listed, *own.versions} - {runtime_package.DISTRIBUTION}):
        version, real = own.versions.get(name), listed.get(name)
        if name not in listed:
            yield f"{name} {version or 'without a version'} was not collected"
        elif name not in own.versions:
            yield f"{name} {real or 'without a version'} was collected, and it does not name it"
        elif version is not None and real is not None and version != real:
            yield f"{name} {real} was collected, and it says {version}"
