"""The form of a command's result, and where it goes: printed, or put into a file whole."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from hatch_sentry_modules.archives.atomic import replacing
from hatch_sentry_modules.errors import unwritable


def format_option(*choices: str, about: str = "What is printed.") -> Callable[..., Any]:
    """Return the option that chooses the form of what is printed; the first is the default."""
    kind = click.Choice(choices)
    return click.option(
        "--format", "form", type=kind, default=choices[0], show_default=True, help=about
    )


def warn(sentences: Iterable[str]) -> None:
    """Print warnings, each a sentence, beside the result."""
    for sentence in sentences:
        click.echo(f"warning: {sentence}", err=True)


def write(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file whole; ``FreezeError`` where it cannot be written."""
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
