"""``sentry-modules inspect``: what a shipped artifact holds."""

import json
from pathlib import Path
from typing import Any

import click

from hatch_sentry_modules import left_out, render, sbom
from hatch_sentry_modules.artifacts.embedded import EmbeddedManifest
from hatch_sentry_modules.artifacts.inspection import Inspection
from hatch_sentry_modules.artifacts.metadata import single_versions
from hatch_sentry_modules.cli import manifests, requirements, table
from hatch_sentry_modules.cli.output import format_option, warn
from hatch_sentry_modules.markers import to_marker

FORMATS = "What is printed; JSON is the manifest's own document, the last two are for scanners."


@click.command()
@click.argument("artifact", type=click.Path(exists=True, path_type=Path))
@format_option("text", "json", "cyclonedx", "requirements", about=FORMATS)
def inspect(artifact: Path, form: str) -> None:
    """Print the manifest inside ARTIFACT, without running it.

    ARTIFACT is a wheel, sdist, zipapp, shiv, pex, Lambda zip, a single file of PyInstaller or
    Nuitka, or a directory: an environment, or what a freezer wrote. Without a manifest
    in it, its metadata is printed, and a line says so.

    \b
    Examples:
      sentry-modules inspect app.pyz
      sentry-modules inspect --format json dist/app > modules.json
      sentry-modules inspect --format cyclonedx app.pyz > app.cdx.json
    """
    found = manifests.look(artifact)
    if form == "text":
        _show(found)
    elif form == "json":
        click.echo(to_json(found))
    else:
        if found.manifests:
            manifest = manifests.chosen(found).manifest
        else:
            manifest = single_versions(found.name, found.metadata)
        # Of what could not be read it was warned when that was met.
        warn(text for text in manifest.warnings if text not in found.metadata.warnings)
        if form == "requirements" and found.manifests:
            warn(left_out.warnings(manifest))
        write = sbom.to_cyclonedx if form == "cyclonedx" else requirements.write
        click.echo(write(manifest), nl=False)


def to_json(found: Inspection) -> str:
    """Return the document of the one manifest; without one, or of several, all that is known."""
    if len(found.manifests) == 1:
        return render.to_json(found.manifests[0].manifest)
    document = {
        "format": 1,
        "artifact": found.name,
        "kind": found.kind,
        "manifests": [_to_object(one) for one in found.manifests],
        "metadata": [{"name": d.name, "version": d.version} for d in found.metadata.distributions],
        "packages": list(found.packages),
        "unread": list(found.unread),
    }
    return json.dumps(document, indent=2)


def _to_object(one: EmbeddedManifest) -> dict[str, Any]:
    document = json.loads(render.to_json(one.manifest)) if one.is_readable else None
    return {"place": one.place, "document": document, "faults": list(one.faults)}


def _show(found: Inspection) -> None:
    click.echo(f"{found.name}: {found.kind}")
    for one in found.manifests:
        _show_manifest(one)
    if not found.manifests:
        _show_metadata(found)


def _show_manifest(one: EmbeddedManifest) -> None:
    manifest = one.manifest
    project = f"project {manifest.project}, " if manifest.project else ""
    injected = ", injected" if manifest.is_injected else ""
    origin = f"{project}from {manifest.source or 'an unknown source'}{injected}"
    click.echo(f"manifest {one.place}: {origin if one.is_readable else 'not readable'}")
    if manifest.distributions:
        rows = [(d.key, d.version, to_marker(d.condition)) for d in manifest.distributions]
        table.show(("name", "version", "marker"), sorted(rows))
    for name, reason in manifest.skipped.items():
        click.echo(f"skipped {name}: {reason}")


def _show_metadata(found: Inspection) -> None:
    if not found.metadata.distributions:
        click.echo("no manifest, and no metadata of any distribution")
        if found.packages:
            click.echo("import packages in its table of contents, without versions:")
            click.echo("\n".join(found.packages))
        return
    click.echo("no manifest; what the metadata in it says:")
    rows = [(d.name, d.version) for d in found.metadata.distributions]
    table.show(("name", "version"), sorted(rows))
