"""``sentry-modules verify``: does the manifest say what the artifact holds."""

import json
from pathlib import Path

import click

from hatch_sentry_modules.artifacts.containers.container import ArtifactError
from hatch_sentry_modules.artifacts.kinds import FROZEN
from hatch_sentry_modules.cli import differences, manifests
from hatch_sentry_modules.cli.manifests import NamedManifest
from hatch_sentry_modules.cli.output import format_option
from hatch_sentry_modules.compare import Change, compare, with_collected

_PARTLY = ("wheel", "sdist", *FROZEN)
"""How the kinds begin that hold the metadata of some distributions only."""

_INSTALLERS = {"pip", "setuptools", "wheel"}
"""What stands in an environment without being part of the application."""


@click.command()
@click.argument("artifact", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--against",
    metavar="SOURCE",
    type=click.Path(exists=True, path_type=Path),
    help="Compare with a lock file, a project's folder or another artifact instead.",
)
@format_option("text", "json")
@click.pass_context
def verify(ctx: click.Context, artifact: Path, against: Path | None, form: str) -> None:
    """Check the manifest in ARTIFACT against what ARTIFACT holds.

    Compares with the metadata of the distributions in ARTIFACT, or with SOURCE. Freezers and
    wheels hold only a part of the metadata, and that part is compared. The status is 1 if
    anything differs, and 2 if something could not be read and the rest agrees.

    \b
    Examples:
      sentry-modules verify app.pyz
      sentry-modules verify dist/app --against uv.lock
    """
    found = manifests.look(artifact)
    manifest = manifests.chosen(found)
    if against is None:
        other = manifests.of_metadata(found, "Compare it with the lock file: --against uv.lock")
    else:
        other = manifests.read(against)
    if other.origin == manifests.METADATA:
        beside = {("added", name) for name in _INSTALLERS}
        is_partly = against is None and found.kind.startswith(_PARTLY)
        changes = tuple(
            change
            for change in with_collected(manifest.manifest, other.manifest)
            if (change.kind, change.name) not in beside
            and not (is_partly and change.kind == "removed")
        )
    else:
        changes = tuple(compare(manifest.manifest, other.manifest))
    for side in (other, manifest):
        if not changes and not side.is_whole:
            fault = "not all of it can be read, so whether the manifest agrees is not known"
            raise ArtifactError(file=side.name, fault=fault)
    if form == "json":
        document = {
            "format": 1,
            "agrees": not changes,
            "manifest": differences.side(manifest),
            "against": differences.side(other),
            "changes": differences.to_objects(changes),
        }
        click.echo(json.dumps(document, indent=2))
    else:
        _show(manifest, other, changes)
    ctx.exit(1 if changes else 0)


def _show(manifest: NamedManifest, other: NamedManifest, changes: tuple[Change, ...]) -> None:
    agrees = "differs from" if changes else "agrees with"
    origin = f"{other.name} ({other.origin})" if other.name != manifest.name else other.origin
    click.echo(f"{manifest.name}: {manifest.origin} {agrees} {origin}")
    if changes:
        differences.show(changes)
