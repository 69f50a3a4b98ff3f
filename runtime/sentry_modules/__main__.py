"""Prints as JSON what would be sent, from where, and why: ``python -m sentry_modules [MODULE]``."""

from __future__ import annotations

import argparse
import json
import os
import sys

from sentry_modules.manifest import Manifest, as_line, is_line
from sentry_modules.modules import choose
from sentry_modules.reference import ManifestReference


def main() -> None:
    """Read the command line and print the report."""
    parser = argparse.ArgumentParser(prog="python -m sentry_modules", description=__doc__)
    parser.add_argument(
        "module",
        nargs="?",
        help="the generated module, or the import package it is in (default: the application's)",
    )
    decision = ManifestReference(parser.parse_args().module, (), "auto").decision()
    modules = choose(decision, combine=False)
    manifest = decision.manifest
    changed = decision.changed
    elsewhere = ("", "live metadata" if changed is None else "manifest")
    report = {
        "modules": dict(sorted(modules.versions.items())),
        "from": {n: (changed or {}).get(n, elsewhere)[1] for n in sorted(modules.versions)},
        "origin": modules.origin,
        "authority": "metadata" if changed is None else "manifest",
        "why": decision.why,
        "manifest": None if manifest is None else manifest.module,
        "source": None if manifest is None else manifest.source,
        "left_out": modules.left_out,
        "skipped": {} if manifest is None else skipped(manifest),
    }
    try:
        print(json.dumps(report, indent=2), flush=True)
    except OSError as error:  # a closed pipe, a full disk
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python writes once more
        sys.exit(f"standard output: cannot be written ({error.strerror}).")


def skipped(manifest: Manifest) -> dict[str, str]:
    """Return the names that were frozen without a version, each with the reason."""
    entries = [entry for entry in manifest.skipped if type(entry) is dict]
    return {e["name"]: as_line(e.get("reason")) for e in entries if is_line(e.get("name"))}


if __name__ == "__main__":
    main()
