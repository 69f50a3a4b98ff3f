"""Prints as JSON what would be sent, from where, and why: ``python -m sentry_modules [MODULE]``."""

from __future__ import annotations

import argparse
import json

from sentry_modules.authority import Bundle
from sentry_modules.load import MODULE
from sentry_modules.modules import choose


def main() -> None:
    """Read the command line and print the report."""
    parser = argparse.ArgumentParser(prog="python -m sentry_modules", description=__doc__)
    parser.add_argument(
        "module",
        nargs="?",
        default=MODULE,
        help="the generated module or the import package it is in (default: %(default)s)",
    )
    verdict = Bundle(parser.parse_args().module, (), "auto").verdict()
    modules = choose(verdict, combine=False)
    manifest = verdict.manifest
    report = {
        "modules": dict(sorted(modules.versions.items())),
        "origin": modules.origin,
        "authority": "manifest" if verdict.is_authoritative else "metadata",
        "why": verdict.why,
        "manifest": None if manifest is None else manifest.module,
        "source": None if manifest is None else manifest.source,
        "left_out": modules.left_out,
        "skipped": {} if manifest is None else manifest.skipped(),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
