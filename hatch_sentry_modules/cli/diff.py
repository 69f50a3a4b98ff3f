"""``sentry-modules diff``: what changed between two releases."""

import json
from pathlib import Path

import click

from hatch_sentry_modules.cli import differences, manifests
from hatch_sentry_modules.cli.output import format_option
from hatch_sentry_modules.compare import compare

_PATH = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
@format_option("text", "json", "markdown", about="What is printed; Markdown is for release notes.")
@click.option("--exit-code", is_flag=True, help="End with status 1 if there is a difference.")
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, form: str, exit_code: bool) -> None:
    """Print which distributions changed from OLD to NEW.

    Each of the two is an artifact (see inspect), a generated module, a lock file, or a project's
    folder. Of an artifact, the manifest is compared; without one, the metadata in it.

    \b
    Examples:
      sentry-modules diff app-1.0.pyz app-1.1.pyz
      sentry-modules diff app-1.0.pyz . --exit-code
      sentry-modules diff --format markdown old/uv.lock uv.lock >> NOTES.md
    """
    before, after = manifests.read(old), manifests.read(new)
    changes = tuple(compare(before.manifest, after.manifest))
    if form == "json":
        document = {
            "format": 1,
            "old": differences.side(before),
            "new": differences.side(after),
            "changes": differences.to_objects(changes),
        }
        click.echo(json.dumps(document, indent=2))
    elif form == "markdown":
        click.echo(differences.to_markdown(changes), nl=False)
    else:
        click.echo(f"old: {before.name} ({before.origin})")
        click.echo(f"new: {after.name} ({after.origin})")
        if changes:
            differences.show(changes)
        else:
            click.echo("no difference")
    if exit_code and changes:
        ctx.exit(1)
