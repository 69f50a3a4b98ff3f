"""The group of commands, and how each of them ends on bad input."""

import io
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from hatch_sentry_modules.errors import FreezeError, unwritable

SUMMARIES = {
    "freeze": "Print what a build of PROJECT would freeze.",
    "inspect": "Print the manifest inside ARTIFACT, without running it.",
    "diff": "Print which distributions changed from OLD to NEW.",
    "verify": "Check the manifest in ARTIFACT against what ARTIFACT holds.",
    "inject": "Put a manifest into ARTIFACT: a zipapp, shiv, pex, Lambda zip or directory.",
}
"""Each command and its line in the help. The module of that name is imported when it is called:
the help alone would otherwise import all of them."""

SITE = "https://hatch-sentry-modules.readthedocs.io/"


class _Commands(click.Group):
    """Ends with status 2 and one line for bad input, whichever command found it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's interface
        return list(SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the same
        if cmd_name not in SUMMARIES:
            return None
        module = import_module(f"hatch_sentry_modules.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        command.epilog = f"JSON documents: {SITE}json.html"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # the same
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FreezeError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)

    def main(self, *args: Any, **extra: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            # A marker can hold letters that an encoding does not have.
            if isinstance(stream, io.TextIOWrapper):
                with suppress(OSError):  # it has become another one since Python started
                    stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **extra)
        except OSError as error:  # not of a closed pipe: that one click itself ends
            click.echo(str(_of_system(error)), err=True)
            sys.exit(2)


def _of_system(error: OSError) -> FreezeError:
    """Return what the system refused as an error of its file, or of the output."""
    if error.filename is None:
        return unwritable("standard output", error)
    return FreezeError(file=Path(os.fsdecode(error.filename)).name, fault=f"{error.strerror}")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"Documentation: {SITE}",
)
@click.version_option(package_name="hatch-sentry-modules", prog_name="sentry-modules")
def commands() -> None:
    """Freeze what a Python application ships, so that Sentry events list it.

    \b
    Exit status:
      0  done
      1  verify, or diff --exit-code, found a difference
      2  bad input, with one line: file, place, fault, remedy
    """
