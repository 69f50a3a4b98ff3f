"""``sentry-modules inspect``: what a shipped artifact holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from hatch_sentry_modules import render, sbom
from hatch_sentry_modules.artifacts import inspected
from hatch_sentry_modules.artifacts.generated_module import Listed, ReadModule
from hatch_sentry_modules.artifacts.inspection import Found, Inspection
from hatch_sentry_modules.artifacts.inspection import inspect as look_into
from hatch_sentry_modules.cli import sides, table
from hatch_sentry_modules.cli.progress import progress

FORMAT = 1
"""The revision of the JSON document, which ``docs/json.md`` describes."""


@click.command()
@click.argument("artifact", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document (docs/json.md).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["cyclonedx", "requirements"]),
    help="Print an SBOM or pins for a scanner instead (docs/audit.md).",
)
def inspect(artifact: Path, as_json: bool, form: str | None) -> None:
    """Print the manifest inside ARTIFACT, without running it.

    ARTIFACT is a wheel, sdist, zipapp, shiv, pex, Lambda zip, a single file of PyInstaller or
    Nuitka, or a directory: an environment, or what a freezer wrote. Where it holds no manifest,
    what the metadata in it says is printed, and marked as such.

    \b
    Examples:
      sentry-modules inspect app.pyz
      sentry-modules inspect --json dist/app > modules.json
      sentry-modules inspect --format cyclonedx app.pyz > app.cdx.json
    """
    with progress(artifact.name) as tick:
        found = look_into(artifact, tick)
    sides.refuse_unreadable(found)
    if form:
        click.echo(_for_scanners(found, form), nl=False)
    elif as_json:
        click.echo(json.dumps(to_document(found), indent=2))
    else:
        _show(found)


def _for_scanners(found: Inspection, form: str) -> str:
    module = sides.chosen(found).module if found.manifests else None
    manifest = inspected.of_module(module) if module else inspected.of_held(found)
    for warning in manifest.warnings:
        click.echo(f"warning: {warning}", err=True)
    if form == "requirements":
        return render.to_requirements(manifest)
    return sbom.to_cyclonedx(manifest, inspected.conditions(module) if module else None)


def to_document(found: Inspection) -> dict[str, Any]:
    """Make the JSON document of an inspection."""
    return {
        "format": FORMAT,
        "artifact": found.name,
        "kind": found.kind,
        "manifests": [_manifest(manifest) for manifest in found.manifests],
        "held": [{"name": h.name, "version": h.version, "place": h.place} for h in found.held],
        "packages": list(found.packages),
        "unread": list(found.unread),
    }


def _manifest(found: Found) -> dict[str, Any]:
    module = found.module
    return {
        "place": found.place,
        "format": module.format,
        "source": module.source,
        "project": module.project,
        "modules": {line.key: line.version for line in module.listed if line.condition == ""},
        "conditional": [
            {"name": line.key, "version": line.version, "condition": line.condition}
            for line in module.listed
            if line.condition != ""
        ],
        "skipped": [{"name": name, "reason": module.skipped[name]} for name in module.skipped],
        "omit": list(module.omit),
        "faults": list(module.faults),
    }


def _show(found: Inspection) -> None:
    click.echo(f"{found.name}: {found.kind}")
    for manifest in found.manifests:
        _show_manifest(manifest)
    if not found.manifests:
        _show_held(found)
    for sentence in found.unread:
        click.echo(f"warning: {sentence}", err=True)


def _show_manifest(found: Found) -> None:
    module = found.module
    click.echo(f"manifest {found.place}: {_origin(module)}")
    if module.listed:
        rows = [(line.key, line.version, _condition(line)) for line in module.listed]
        table.show(("name", "version", "condition"), sorted(rows))
    for name, reason in module.skipped.items():
        click.echo(f"skipped {name}: {reason}")
    for fault in module.faults:
        click.echo(f"warning: {found.place}: {fault}", err=True)


def _origin(module: ReadModule) -> str:
    project = f"project {module.project}, " if module.project else ""
    return f"{project}from {module.source or 'an unknown source'}, format {module.format}"


def _condition(line: Listed) -> str:
    return "in some environments" if line.condition is None else line.condition


def _show_held(found: Inspection) -> None:
    if not found.held:
        click.echo("no manifest, and no metadata of any distribution")
        if found.packages:
            click.echo("import packages in its table of contents, without versions:")
            click.echo("\n".join(found.packages))
        return
    click.echo("no manifest; what the metadata in it says:")
    table.show(("name", "version"), [(held.name, held.version) for held in found.held])
