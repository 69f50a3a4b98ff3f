"""The generated module for what a bundler made of an application, whichever bundler it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import pipeline, render
from hatch_sentry_modules import project as projects
from hatch_sentry_modules.bundlers import application_manifest, collected_distributions
from hatch_sentry_modules.errors import FreezeError


def generate(
    files: Iterable[str],
    folders: Iterable[str],
    packages: Mapping[str, str],
    warn: Callable[[str], None],
) -> str:
    """Make the module: the application's own if it ships one, else of what was collected.

    What ``exclude`` of the project in the working folder names stays out of it; a bundler is told
    all else itself.

    Args:
        files: The paths from which the bundler takes modules, libraries and data.
        folders: The entries of its module search path, which hold the metadata.
        packages: The import packages among the files, each with its folder; the empty name stands
            for the folder of the program.
        warn: Takes each difference between the application's own module and what was collected.

    Raises:
        SystemExit: The project's configuration is wrong. The text says where; bundlers show it.
    """
    try:
        excluded = configuration.read(projects.read(Path.cwd()).table).exclude
    except FreezeError as error:
        raise SystemExit(str(error)) from None
    manifest = pipeline.without(collected_distributions.freeze(files, folders), excluded)
    own = application_manifest.find(packages, manifest)
    if own is None:
        return render.to_python(manifest)
    for difference in application_manifest.differences(own, manifest):
        warn(f"sentry-modules: {own.module} is used as it is, but {difference}")
    return own.text
