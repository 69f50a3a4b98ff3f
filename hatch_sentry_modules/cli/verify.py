"""``sentry-modules verify``: does the manifest say what the artifact holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from hatch_sentry_modules import runtime_package
from hatch_sentry_modules.artifacts.changes import Change, Listing, compare
from hatch_sentry_modules.artifacts.kinds import FROZEN
from hatch_sentry_modules.cli import differences, sides

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
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document (docs/json.md).")
@click.pass_context
def verify(ctx: click.Context, artifact: Path, against: Path | None, as_json: bool) -> None:
    """Check that the manifest in ARTIFACT says what ARTIFACT holds.

    It is compared with the metadata of the distributions in ARTIFACT, or with what --against
    names. Freezers, and wheels, hold only some of the metadata: that part is compared. The
    status is 1 if anything differs.

    \b
    Examples:
      sentry-modules verify app.pyz
      sentry-modules verify dist/app --against uv.lock
    """
    found = sides.look(artifact)
    chosen = sides.chosen(found)
    manifest = sides.of_manifest(found, chosen)
    if against is None:
        other = sides.of_held(found)
        changes = tuple(_with_held(found.kind, chosen.module.project, manifest, other))
    else:
        other = sides.read(against)
        changes = tuple(compare(manifest, other))
    if as_json:
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


def _with_held(
    kind: str, project: str | None, manifest: Listing, held: Listing
) -> Iterator[Change]:
    """Give the differences from what an artifact holds, which is made for one environment.

    The project itself and the run-time side can be in an artifact as plain files, without
    metadata.
    """
    for change in compare(manifest, held):
        if change.kind == "removed":
            is_certain = any(r.version and r.condition == "" for r in change.old)
            is_plain = change.name in {project, runtime_package.DISTRIBUTION}
            if is_certain and not is_plain and not kind.startswith(_PARTLY):
                yield change
        elif change.kind == "added":
            if kind != "environment" or change.name not in _INSTALLERS:
                yield change
        elif not {r.version for r in change.new} <= {r.version for r in change.old}:
            yield change


def _show(manifest: Listing, other: Listing, changes: tuple[Change, ...]) -> None:
    agrees = "differs from" if changes else "agrees with"
    origin = f"{other.name} ({other.origin})" if other.name != manifest.name else other.origin
    click.echo(f"{manifest.name}: {manifest.origin} {agrees} {origin}")
    if changes:
        differences.show(changes)
