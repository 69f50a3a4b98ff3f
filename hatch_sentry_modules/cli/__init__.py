"""The command ``sentry-modules``; it needs the extra ``cli``."""

import sys


def main() -> None:
    """Run the command line, or say in one line how to install what it needs."""
    try:
        from hatch_sentry_modules.cli.commands import commands

        # On Windows click would take a pattern of names for one of files.
        commands(prog_name="sentry-modules", windows_expand_args=False)
    except ModuleNotFoundError as error:
        # rich is first asked for when a terminal is to show something.
        library = (error.name or "").partition(".")[0]
        if library not in {"click", "rich"}:
            raise
        fault = f"the command line needs {library}, which is not installed"
        remedy = 'Install it with: pip install "hatch-sentry-modules[cli]"'
        print(f"sentry-modules: {fault}. {remedy}.", file=sys.stderr)
        sys.exit(2)
