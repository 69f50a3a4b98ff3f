"""``sentry-modules inject``: put the manifest into what is bundled already."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import pipeline, project, render, sources
from hatch_sentry_modules.artifacts import inject as injecting
from hatch_sentry_modules.artifacts.artifact import printable
from hatch_sentry_modules.model import Manifest


@click.command()
@click.argument("artifact", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--source",
    metavar="S",
    help="The lock file, or installed:PATH. By default the artifact's own metadata is believed.",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Leave ARTIFACT as it is, and write the result here.",
)
@click.option(
    "--path",
    "below",
    metavar="FOLDER",
    default="",
    help="The folder in ARTIFACT that Python searches, if that is not its top.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document (docs/json.md).")
@click.option("--activate", is_flag=True, help="Let the application use it without a change.")
def inject(
    artifact: Path,
    source: str | None,
    output: Path | None,
    below: str,
    as_json: bool,
    activate: bool,
) -> None:
    """Put the manifest into ARTIFACT: a zipapp, shiv, pex, Lambda zip or directory.

    All else in it stays as it is, byte for byte. With --activate the run-time package goes in
    too, and a line in __main__.py that starts it, so that an application that knows nothing of
    it reports its modules.

    \b
    Examples:
      sentry-modules inject app.pyz
      sentry-modules inject --activate app.pyz -o app-with-modules.pyz
      sentry-modules inject --source uv.lock build/lambda
      sentry-modules inject --path python layer.zip
    """
    path = artifact.resolve()
    manifest = injecting.inject(
        path,
        output.resolve() if output else path,
        (lambda: _freeze(source)) if source else None,
        activate=activate,
        below=below,
    )
    for warning in manifest.warnings if manifest else ():
        click.echo(f"warning: {warning}", err=True)
    name = printable(path.name)
    click.echo(_to_json(name, manifest) if as_json else _to_text(name, manifest))


def _to_json(name: str, manifest: Manifest | None) -> str:
    put_in = json.loads(render.to_json(manifest)) if manifest else None
    document = {"format": 1, "artifact": name, "changed": put_in is not None, "manifest": put_in}
    return json.dumps(document, indent=2)


def _to_text(name: str, manifest: Manifest | None) -> str:
    if manifest is None:
        return f"{name}: nothing to change"
    return f"{name}: put in {len(manifest.distributions)} distributions from {manifest.source}"


def _freeze(source: str) -> Manifest:
    """Freeze a lock file with the options of the project beside it."""
    is_installed = source.partition(":")[0] == sources.INSTALLED
    own = project.read(Path() if is_installed else Path(source).parent)
    config = configuration.read(own.table)
    return pipeline.freeze(
        own, replace(config, source=source if is_installed else Path(source).name)
    )
