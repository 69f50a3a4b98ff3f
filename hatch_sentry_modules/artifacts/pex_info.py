"""Reads which distributions a pex says it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from hatch_sentry_modules.artifacts.held import Held

FILE = "PEX-INFO"
LONGEST = 1 << 20


def read(content: bytes) -> Iterator[Held]:
    """Give the distributions that ``PEX-INFO`` names, by the names of their wheels."""
    try:
        document = json.loads(content[:LONGEST])
    except (ValueError, RecursionError):
        return
    wheels = document.get("distributions") if isinstance(document, dict) else None
    for wheel in wheels if isinstance(wheels, dict) else ():
        try:
            name, version, _, _ = parse_wheel_filename(wheel)
        except InvalidWheelFilename:
            continue
        yield Held(name, str(version), FILE)
