"""Reads what is to be compared: an artifact, a generated module, a lock file or a project."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
from packaging.utils import NormalizedName

from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import pipeline, project, render, sources
from hatch_sentry_modules.artifacts import generated_module
from hatch_sentry_modules.artifacts.artifact import ArtifactError, printable
from hatch_sentry_modules.artifacts.changes import Listing, Release, grouped
from hatch_sentry_modules.artifacts.generated_module import ReadModule, normalized
from hatch_sentry_modules.artifacts.inspection import Found, Inspection, inspect
from hatch_sentry_modules.cli.progress import progress


def read(path: Path) -> Listing:
    """Read one side of a comparison.

    A directory with a ``pyproject.toml`` is a project, whose source is frozen as a build would.

    Raises:
        FreezeError: It is nothing that lists distributions.
    """
    if path.is_dir():
        return frozen(path) if (path / "pyproject.toml").is_file() else of(look(path))
    if path.suffix == ".py":
        with path.open("rb") as file:
            module = generated_module.parse(file.read(generated_module.LONGEST + 1))
        if not module.listed and module.faults:
            raise ArtifactError(file=path.name, fault=module.faults[0].rstrip("."))
        return _listing(path.name, "generated module", module)
    if any(fnmatch.fnmatchcase(path.name, pattern) for pattern in sources.READERS):
        return frozen(path)
    return of(look(path))


def look(path: Path) -> Inspection:
    """Look into an artifact, with a progress bar where it takes long."""
    with progress(path.name) as tick:
        found = inspect(path, tick)
    refuse_unreadable(found)
    for sentence in found.unread:
        click.echo(f"warning: {sentence}", err=True)
    return found


def refuse_unreadable(found: Inspection) -> None:
    """Leave it at one line where there are manifests, and none of them can be read.

    Raises:
        ArtifactError: It says what is wrong with the first.
    """
    if found.manifests and not any(manifest.is_readable for manifest in found.manifests):
        first = found.manifests[0]
        raise ArtifactError(
            file=found.name, place=first.place, fault=first.module.faults[0].rstrip(".")
        )


def frozen(path: Path) -> Listing:
    """Freeze a project, or a lock file of one, as a build would.

    The manifest goes through its text, so that conditions are spelled as in a generated module.
    """
    folder = path if path.is_dir() else path.parent
    own = project.read(folder)
    config = configuration.read(own.table)
    if path != folder:
        config = replace(config, source=path.name)
    manifest = pipeline.freeze(own, config)
    for warning in manifest.warnings:
        click.echo(f"warning: {warning}", err=True)
    module = generated_module.parse(render.to_python(manifest).encode("ascii"))
    return _listing(printable(path.resolve().name), manifest.source, module)


def of(found: Inspection) -> Listing:
    """Give what an artifact says: its manifest, and without one the metadata in it.

    Raises:
        ArtifactError: It holds neither.
    """
    if found.manifests:
        return of_manifest(found, chosen(found))
    return of_held(found)


def of_manifest(found: Inspection, manifest: Found) -> Listing:
    """Give what a manifest in an artifact says."""
    for fault in manifest.module.faults:
        click.echo(f"warning: {manifest.place}: {fault}", err=True)
    return _listing(found.name, f"manifest {manifest.place}", manifest.module)


def of_held(found: Inspection) -> Listing:
    """Give what the metadata in an artifact says.

    Raises:
        ArtifactError: It holds none.
    """
    if not found.held:
        raise ArtifactError(file=found.name, fault="it holds no metadata of any distribution")
    releases = grouped((held.name, Release(held.version)) for held in found.held)
    return Listing(name=found.name, origin="metadata in it", releases=releases)


def chosen(found: Inspection) -> Found:
    """Choose the manifest of the application: a library can carry one of its own.

    It agrees most with what the artifact holds, lists most, and stands highest.

    Raises:
        ArtifactError: There is none.
    """
    held = {(held.name, held.version) for held in found.held}

    def rank(manifest: Found) -> tuple[int, int, int, str]:
        lines = {(line.name, line.version) for line in manifest.module.listed}
        return -len(lines & held), -len(lines), manifest.place.count("/"), manifest.place

    if not found.manifests:
        remedy = "Build it with the hook, or add one with 'sentry-modules inject'"
        raise ArtifactError(file=found.name, fault="it holds no manifest", remedy=remedy)
    best = min(found.manifests, key=rank)
    if len(found.manifests) > 1:
        count = len(found.manifests)
        click.echo(f"note: {found.name} holds {count} manifests; {best.place} is used", err=True)
    return best


def _listing(name: str, origin: str, module: ReadModule) -> Listing:
    return Listing(name=printable(name), origin=origin, releases=grouped(_releases(module)))


def _releases(module: ReadModule) -> Iterator[tuple[NormalizedName, Release]]:
    for line in module.listed:
        yield line.name, Release(line.version, line.condition)
    for key in module.skipped:
        if name := normalized(key):
            yield name, Release("")
