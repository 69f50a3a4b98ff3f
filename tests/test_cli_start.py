"""The command line starts fast: the help imports no command, and still says what each does."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from hatch_sentry_modules.cli.commands import SUMMARIES, commands
from tests.command_line import run

PROGRAM = """
import sys
from hatch_sentry_modules.cli.commands import commands
commands([{argument!r}], standalone_mode=False)
print([name for name in sys.modules if name.partition(".")[0] in {packages!r}])
"""
PACKAGES = ("hatch_sentry_modules", "packaging", "rich", "tomli", "tomllib")


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_the_help_imports_no_command(argument: str) -> None:
    """Neither the help nor the version waits for what a command needs."""
    program = PROGRAM.format(argument=argument, packages=PACKAGES)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    imported = ast.literal_eval(done.stdout.decode().splitlines()[-1])
    own = {"cli", "cli.commands", "errors"}
    assert {*imported} == {"hatch_sentry_modules", *(f"hatch_sentry_modules.{n}" for n in own)}


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_help_says_what_each_command_says_of_itself(name: str) -> None:
    """The line in the list is the first one of the command's own help."""
    summary = SUMMARIES[name]
    assert f"  {name}  " in run("--help").stdout
    context = commands.make_context("sentry-modules", ["--help"], resilient_parsing=True)
    command = commands.get_command(context, name)
    assert command is not None
    assert (command.help or "").splitlines()[0] == summary
    assert "".join(summary.split()) in "".join(run("--help").stdout.split())
