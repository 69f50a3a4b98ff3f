"""Runs the command line as ``python -m hatch_sentry_modules``."""

from hatch_sentry_modules.cli import main

if __name__ == "__main__":
    main()
