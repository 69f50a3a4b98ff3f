"""Reads the manifest of what a command is given: an artifact, a module, a lock file, a project."""

import fnmatch
from pathlib import Path
from typing import NamedTuple

import click

from hatch_sentry_modules import compare, manifest_document, pipeline, project, reading, sources
from hatch_sentry_modules import config as configuration
from hatch_sentry_modules.artifacts import embedded, kinds
from hatch_sentry_modules.artifacts.containers.container import ArtifactError, printable
from hatch_sentry_modules.artifacts.embedded import EmbeddedManifest
from hatch_sentry_modules.artifacts.inspection import Inspection, inspect
from hatch_sentry_modules.cli.output import warn
from hatch_sentry_modules.cli.progress import progress
from hatch_sentry_modules.model import Manifest

METADATA = "metadata in it"
"""The origin of what has no manifest."""


class NamedManifest(NamedTuple):
    """A manifest, the name of the file it is of, what in that says it, and whether that is all."""

    name: str
    origin: str
    manifest: Manifest
    is_whole: bool = True


def read(path: Path) -> NamedManifest:
    """Return the manifest of a file or a folder; ``FreezeError`` where there is none."""
    if path.is_dir():
        return _frozen(path) if (path / "pyproject.toml").is_file() else _of(look(path))
    if path.suffix == ".py":
        return _of_module(path)
    if any(fnmatch.fnmatchcase(path.name, pattern) for pattern in sources.READERS):
        return _frozen(path)
    return _of(look(path))


def look(path: Path) -> Inspection:
    """Look into an artifact, with a progress bar where it takes long."""
    with progress(printable(path.name)) as tick:
        found = inspect(path, tick)
    if found.manifests and not any(one.is_readable for one in found.manifests):
        first = found.manifests[0]
        raise ArtifactError(file=found.name, place=first.place, fault=_first_fault(first))
    warn([*found.unread, *(fault for one in found.manifests for fault in _faults(one))])
    return found


def chosen(found: Inspection) -> NamedManifest:
    """Return the manifest of the application: a library can ship one of its own."""
    readable = [one for one in found.manifests if one.is_readable]
    if not readable:
        remedy = kinds.remedy(found.kind)
        remedy = remedy or "Build it with the hook, or add one with 'sentry-modules inject'"
        raise ArtifactError(file=found.name, fault="it holds no manifest", remedy=remedy)
    manifests = [one.manifest for one in readable]
    best = readable[compare.application(manifests, found.metadata)]
    if len(readable) > 1:
        said = f"note: {found.name} holds {len(readable)} manifests; {best.place} is used"
        click.echo(said, err=True)
    is_whole = not any(one.faults for one in found.manifests)
    return NamedManifest(found.name, f"manifest {best.place}", best.manifest, is_whole)


def of_metadata(found: Inspection, remedy: str = "") -> NamedManifest:
    """Return what the metadata in an artifact says; the remedy is for one without any."""
    if not found.metadata.distributions:
        fault = "it holds no metadata of any distribution"
        raise ArtifactError(file=found.name, fault=fault, remedy=remedy)
    return NamedManifest(found.name, METADATA, found.metadata, not found.metadata.warnings)


def _of(found: Inspection) -> NamedManifest:
    return chosen(found) if found.manifests else of_metadata(found)


def _of_module(path: Path) -> NamedManifest:
    content = reading.read_bytes(path)[: manifest_document.LONGEST + 1]
    one = embedded.find(printable(path.name), content)
    if one is None or not one.is_readable:
        fault = _first_fault(one) if one else embedded.NONE
        raise ArtifactError(file=path.name, fault=fault)
    warn(_faults(one))
    return NamedManifest(printable(path.name), "generated module", one.manifest, not one.faults)


def frozen(folder: Path, source: str | None) -> Manifest:
    """Freeze a project, or a lock file in its folder, as a build would."""
    own = project.read(folder)
    config = configuration.read(own.table)
    return pipeline.freeze(own, config._replace(source=source) if source else config)


def _frozen(path: Path) -> NamedManifest:
    manifest = frozen(path, None) if path.is_dir() else frozen(path.parent, path.name)
    warn(manifest.warnings)
    return NamedManifest(printable(path.resolve().name), manifest.source, manifest)


def _first_fault(one: EmbeddedManifest) -> str:
    return one.faults[0].rstrip(".")


def _faults(one: EmbeddedManifest) -> list[str]:
    return [f"{one.place}: {fault}" for fault in one.faults]
