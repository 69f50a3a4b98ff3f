"""``sentry-modules freeze``: what the build would freeze."""

import os
from functools import partial
from pathlib import Path

import click
from packaging.utils import NormalizedName

from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import environment as environments
from hatch_sentry_modules import layout, pipeline, project, render
from hatch_sentry_modules.cli.output import format_option, warn, write
from hatch_sentry_modules.document import valid_name
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Manifest, Selection


def _to_cyclonedx(manifest: Manifest) -> str:
    from hatch_sentry_modules import sbom

    return sbom.to_cyclonedx(manifest)


FORMATS = {
    "python": render.to_python,
    "json": lambda manifest: f"{render.to_json(manifest)}\n",
    "requirements": render.to_requirements,
    "cyclonedx": _to_cyclonedx,
}


def _name(text: str) -> NormalizedName:
    name = valid_name(text)
    if name is None:
        raise click.BadParameter(f"{text!a} is not a valid name")
    return name


def _pattern(text: str) -> str:
    """Check a pattern of names as the configuration does."""
    try:
        (pattern,) = configuration.patterns([text])
    except ValueError as fault:
        raise click.BadParameter(str(fault)) from None
    return pattern


def _check_ours(output: Path) -> None:
    """Refuse to replace a module that this tool did not generate."""
    if layout.beginning(output) not in {b"", layout.GENERATED}:
        fault = "is there already, and no generated module"
        raise FreezeError(file=output.name, fault=fault, remedy="Choose another --output")


_names = partial(click.option, multiple=True, type=_name)


@click.command()
@click.argument(
    "folder",
    metavar="[PROJECT]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--source",
    metavar="S",
    help="auto, installed, installed:PLACE, or a lock file, seen from PROJECT.",
)
@_names("--extra", "extras", metavar="E", help="Add an extra.")
@_names("--group", "groups", metavar="G", help="Add a dependency group.")
@_names("--only-group", "only_groups", metavar="G", help="Freeze this group alone.")
@click.option("--package", metavar="MEMBER", type=_name, help="Freeze a workspace member.")
@click.option("--all-packages", is_flag=True, help="Freeze all members of the workspace.")
@click.option(
    "--exclude",
    metavar="P",
    multiple=True,
    type=_pattern,
    help="Leave out names that match this pattern.",
)
@click.option(
    "--environment",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Freeze for one environment: a JSON object of all eleven PEP 508 variables.",
)
@format_option(*FORMATS)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of printing.",
)
def freeze(
    folder: Path,
    source: str | None,
    extras: tuple[NormalizedName, ...],
    groups: tuple[NormalizedName, ...],
    only_groups: tuple[NormalizedName, ...],
    package: NormalizedName | None,
    all_packages: bool,
    exclude: tuple[str, ...],
    environment: Path | None,
    form: str,
    output: Path | None,
) -> None:
    """Print what a build of PROJECT would freeze.

    PROJECT is a folder with a pyproject.toml and a lock file, the current one by default.
    Options take precedence over the same keys of [tool.sentry-modules]. Without --environment
    the manifest is for every platform: what only some install has its marker.

    \b
    Examples:
      sentry-modules freeze
      sentry-modules freeze --format json services/api
      sentry-modules freeze --source requirements.txt -o app/_sentry_modules.py
    """
    if package and all_packages:
        raise click.UsageError("--package and --all-packages exclude each other.")
    if extras and only_groups:
        raise click.UsageError("--extra and --only-group exclude each other.")
    # A name that no file can have is said where it is written.
    if form == "python" and output and os.path.isfile(output):  # noqa: PTH113 - raises nothing
        _check_ours(output)
    own = project.read(folder)
    config = configuration.read(own.table)
    manifest = pipeline.freeze(
        own,
        config._replace(
            source=source or config.source,
            exclude=exclude or config.exclude,
            sbom=form == "cyclonedx",
        ),
        selection=Selection(
            extras=frozenset(extras) or config.extras,
            groups=frozenset(groups + only_groups) or config.groups,
            runtime=not only_groups,
            package=package,
            all_packages=all_packages,
        ),
        environment=environments.read(environment) if environment else None,
    )
    warn(manifest.warnings)
    write(FORMATS[form](manifest), output)
