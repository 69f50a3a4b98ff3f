"""Prints a command's result, or puts it into a file whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from hatch_sentry_modules.errors import FreezeError


def write(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file; an interrupted write leaves the old file.

    Raises:
        FreezeError: The file cannot be written.
    """
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        _replace(output, text.encode("utf-8"))
    except OSError as error:
        fault = f"cannot be written ({error.strerror})"
        raise FreezeError(output.name, "", fault, "Choose another place with --output") from None


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        # mkstemp makes a private file; the result keeps the old file's mode, or gets a plain one.
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
