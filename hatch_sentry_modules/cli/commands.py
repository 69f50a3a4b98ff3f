"""The group of commands, and how each of them ends on bad input."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

import hatch_sentry_modules
from hatch_sentry_modules.cli.diff import diff
from hatch_sentry_modules.cli.freeze import freeze
from hatch_sentry_modules.cli.inject import inject
from hatch_sentry_modules.cli.inspect import inspect
from hatch_sentry_modules.cli.verify import verify
from hatch_sentry_modules.errors import FreezeError, unwritable


class _Commands(click.Group):
    """Ends with status 2 and one line for bad input, whichever command found it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FreezeError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except OSError as error:  # not of a closed pipe: that one click itself ends
            click.echo(str(_of_system(error)), err=True)
            sys.exit(2)


def _of_system(error: OSError) -> FreezeError:
    """Say what the system refused: a file that it names, or else what is printed."""
    if error.filename is None:
        return unwritable("standard output", error)
    return FreezeError(Path(os.fsdecode(error.filename)).name, "", f"{error.strerror}")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(hatch_sentry_modules.__version__, prog_name="sentry-modules")
def commands() -> None:
    """Freeze what a Python application ships, so that Sentry events can say it.

    \b
    Exit status:
      0  done
      1  a difference that was asked for
      2  bad input; one line says file, place, fault and remedy
    """


commands.add_command(freeze)
commands.add_command(inspect)
commands.add_command(diff)
commands.add_command(verify)
commands.add_command(inject)
