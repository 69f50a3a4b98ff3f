"""Real applications, built by their backend and shipped as a slim folder beside a host."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from demo.bundles import pip
from demo.cache import keep
from tests.backends.building import build
from tests.layouts import distributions as laid_out
from tests.layouts.application import write_project
from tests.layouts.layout import Layout

CROWD = (
    "boto3==1.34.0",
    "celery==5.3.6",
    "cowsay==6.1",
    "django==4.2.16",
    "gunicorn==22.0.0",
    "humanize==4.6.0",
    "requests==2.31.0",
    "sentry-sdk==2.10.0",
)
"""Other versions of what the applications need, and what none of them has."""

START = """\
import os
import _witness
import sentry_sdk

ours = []
if os.environ["WAY"] != "stock":
    from sentry_modules import FrozenModulesIntegration

    ours = [FrozenModulesIntegration()]
sentry_sdk.init(integrations=ours, **_witness.OPTIONS)
"""
"""The line of the README, in whichever file an application starts Sentry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipped:
    """A slim folder, and what tells which distributions a process imports from it.

    ``modules`` names a module of each distribution; in ``places`` the same files lie beside the
    metadata that pip wrote.
    """

    folder: Path
    project: str
    version: str
    modules: Mapping[str, str]
    places: tuple[Path, ...]

    def layout(self) -> Layout:
        """Return what an event has to list, for the judge."""
        listed = [
            laid_out.Distribution(name=name, version="", files={}, imports=(module,))
            for name, module in self.modules.items()
        ]
        return Layout(arguments=(), listed=tuple(listed))

    def imported(self, files: Mapping[str, str | None], host: Path) -> dict[str, str]:
        """Return the versions of what a process imports, by the metadata beside each file."""
        known = {name: file for name, file in files.items() if file}
        return {name: self._version(name, Path(file), host) for name, file in known.items()}

    def _version(self, name: str, file: Path, host: Path) -> str:
        if name == self.project and self.folder in file.parents:
            return self.version
        for place in (*self.places, host):
            if place.resolve() in file.parents:
                return installed(place)[name].version
        if laid_out.ROOT in file.parents:
            return laid_out.real("sentry-modules").version
        raise AssertionError(f"{name} was imported from {file}")


@cache
def installed(place: Path) -> Mapping[str, Distribution]:
    """Return the distributions in a folder by normalized name."""
    found = distributions(path=[str(place)])
    return {canonicalize_name(one.metadata["Name"]): one for one in found}


def dependencies(name: str, *requirements: str) -> Path:
    """Return a kept folder that pip installed into, with all metadata."""
    pinned = (*requirements, f"sentry-sdk=={laid_out.real('sentry-sdk').version}")

    def fill(folder: Path) -> None:
        pip("install", "--quiet", "--target", folder, *pinned)

    return keep(f"shipped-{name}", (sys.version, *pinned), fill)


def make_project(folder: Path, name: str, files: Mapping[str, str], place: Path, head: str) -> Path:
    """Write a project that is locked to what pip installed in ``place``, and return its folder."""
    locked = [(one, found.version) for one, found in sorted(installed(place).items())]
    locked.append(("sentry-modules", laid_out.real("sentry-modules").version))
    write_project(folder, tuple(locked), name, "3.1.0", head)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def ship(
    project: Path,
    place: Path,
    target: Path,
    left_out: Collection[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Shipped:
    """Build a project's wheel and unpack it beside its dependencies, without any metadata.

    Distributions that are ``left_out`` are left to the host; ``environment`` is the build's.
    """
    wheel = build(project, "wheel", target / "dist", environment=environment)
    name, version, *_ = wheel.name.split("-")
    folder = target / "slim"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder)
    tops = {
        file.parts[0]
        for one, found in installed(place).items()
        for file in found.files or ()
        if one not in left_out and ".." not in file.parts
    }
    for top in tops:
        if not top.endswith(".dist-info") and top not in ("bin", "__pycache__"):
            (folder / top).symlink_to(place / top)
    (folder / "sentry_modules").symlink_to(laid_out.ROOT / "runtime" / "sentry_modules")
    for info in folder.glob("*.dist-info"):
        info.rename(target / info.name)
    modules = {one: module_of(found) for one, found in installed(place).items()}
    modules |= {canonicalize_name(name): name, "sentry-modules": "sentry_modules"}
    return Shipped(
        folder=folder,
        project=canonicalize_name(name),
        version=version,
        modules={one: module for one, module in modules.items() if module},
        places=(place,),
    )


def module_of(found: Distribution) -> str:
    """Return the module that tells where a distribution's code is; empty if there is none."""
    paths = sorted((file for file in found.files or () if ".." not in file.parts), key=str)
    for file in sorted(paths, key=lambda file: len(file.parts)):
        if file.suffix == ".py":
            parts = file.parts[:-1] if file.name == "__init__.py" else (*file.parts[:-1], file.stem)
            return ".".join(parts)
    return ""
