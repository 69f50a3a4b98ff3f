"""``sentry-modules inject``: put the manifest into what is bundled already."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import click

from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import project, render, sources
from hatch_sentry_modules.artifacts.containers.container import printable
from hatch_sentry_modules.artifacts.inject import injection
from hatch_sentry_modules.artifacts.inject.injection import Injected
from hatch_sentry_modules.cli import manifests
from hatch_sentry_modules.cli.output import format_option, warn
from hatch_sentry_modules.model import Manifest


@click.command()
@click.argument("artifact", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--source",
    metavar="S",
    help="The lock file, or installed:FOLDER. By default the artifact's own metadata is used.",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write the result here, and leave ARTIFACT as it is.",
)
@click.option(
    "--path",
    "below",
    metavar="FOLDER",
    default="",
    help="The folder in ARTIFACT that Python searches, if that is not its top.",
)
@format_option("text", "json")
@click.option("--activate", is_flag=True, help="Also add the run-time package, and start it.")
def inject(
    artifact: Path, source: str | None, output: Path | None, below: str, form: str, activate: bool
) -> None:
    """Put a manifest into ARTIFACT: a zipapp, shiv, pex, Lambda zip or directory.

    Everything else keeps its bytes. An injected manifest takes precedence over one that is there
    already. --activate also adds the run-time package, and a line in __main__.py that starts it;
    the application's own code stays as it is. Names that "exclude" matches, in a pyproject.toml
    here or beside the lock file, stay out. The path of a lock file begins in the current folder.

    \b
    Examples:
      sentry-modules inject app.pyz
      sentry-modules inject --activate app.pyz -o app-with-modules.pyz
      sentry-modules inject --source uv.lock build/lambda
      sentry-modules inject --path python layer.zip
    """
    path = artifact.resolve()
    found = (configuration.read(project.read(folder).table) for folder in _folders(source))
    exclude = tuple(dict.fromkeys(pattern for config in found for pattern in config.exclude))
    done = injection.inject(
        path,
        Path(os.path.realpath(output)) if output else path,  # resolve() refuses a loop
        (lambda: _freeze(source)) if source else None,
        exclude=exclude,
        activate=activate,
        below=below,
    )
    warn(done.manifest.warnings if done.manifest else ())
    name = printable(path.name)
    click.echo(_to_json(name, done) if form == "json" else "\n".join(_to_text(name, done)))


def _to_json(name: str, done: Injected) -> str:
    document = {
        "format": 1,
        "artifact": name,
        "changed": done.manifest is not None,
        "before": [one.place for one in done.before],
        "manifest": json.loads(render.to_json(done.manifest)) if done.manifest else None,
    }
    return json.dumps(document, indent=2)


def _to_text(name: str, done: Injected) -> Iterator[str]:
    if done.manifest is None:
        yield f"{name}: nothing to change"
        return
    for one in done.before:
        count = len(one.manifest.distributions)
        source = one.manifest.source or "an unknown source"
        yield f"{name}: it held {count} distributions from {source} in {one.place}"
    count = len(done.manifest.distributions)
    yield f"{name}: put in {count} distributions from {done.manifest.source}"


def _freeze(source: str) -> Manifest:
    """Freeze a lock file as that of the project here, unless another one stands beside it."""
    if not _is_file(source):
        return manifests.frozen(Path(), source)
    folders = _folders(source)
    lock = os.path.abspath(source)  # noqa: PTH100  # of a link its own place
    return manifests.frozen(next(filter(_is_project, folders), Path(lock).parent), lock)


def _folders(source: str | None) -> list[Path]:
    """Return the current folder and that of a lock file, the one first that is within the other."""
    here = Path.cwd()
    if not source or not _is_file(source):
        return [here]
    beside = Path(os.path.abspath(source)).parent  # noqa: PTH100  # of a link its own place
    return [here, beside] if beside in here.parents else [beside, here]


def _is_file(source: str) -> bool:
    return source != "auto" and source.partition(":")[0] != sources.INSTALLED


def _is_project(folder: Path) -> bool:
    """Whether a folder's ``pyproject.toml`` holds more than the options of other tools."""
    own = project.read(folder)
    return own.name is not None or "sentry-modules" in own.table.table("tool").values
