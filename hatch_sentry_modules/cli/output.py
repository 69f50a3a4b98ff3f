"""Prints a command's result, or puts it into a file whole."""

from __future__ import annotations

from pathlib import Path

import click

from hatch_sentry_modules.archives.atomic import replacing
from hatch_sentry_modules.errors import unwritable


def write(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file, whose folders are made.

    An interrupted write leaves the old file.

    Raises:
        FreezeError: The file cannot be written.
    """
    if output is None:
        # As bytes, since not every pipe's encoding has what a marker may hold.
        click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(output.name, error) from error
    with replacing(output) as new:
        new.write_bytes(text.encode("utf-8"))
