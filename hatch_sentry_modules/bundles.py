"""The generated module for what a bundler made of an application, whichever bundler it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from hatch_sentry_modules import carried, collected, render


def generate(
    files: Iterable[str],
    folders: Iterable[str],
    packages: Mapping[str, str],
    warn: Callable[[str], None],
) -> str:
    """Make the module: the application's own if it ships one, else of what was collected.

    Args:
        files: The paths from which the bundler takes modules, libraries and data.
        folders: The entries of its module search path, which hold the metadata.
        packages: The import packages among the files, each with its folder; the empty name stands
            for the folder of the program.
        warn: Takes each difference between the application's own module and what was collected.
    """
    manifest = collected.freeze(files, folders)
    own = carried.find(packages, manifest)
    if own is None:
        return render.to_python(manifest)
    for difference in carried.differences(own, manifest):
        warn(f"sentry-modules: {own.module} is used as it is, but {difference}")
    return own.text
