"""Keeps a pex's own table right: what it unpacks is kept under the hashes that stand there.

https://docs.pex-tool.org/
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from hatch_sentry_modules.artifacts.inject.place import Place
from hatch_sentry_modules.artifacts.inject.start_line import MAIN
from hatch_sentry_modules.artifacts.metadata import LONGEST_PEX_INFO, PEX_INFO
from hatch_sentry_modules.errors import FreezeError

NEW = "its hashes are new, so that it is unpacked anew"

HASHES = ("code_hash", "pex_hash")

_SHORTEST_HASH = 40  # of hexadecimal digits, as SHA-1 has


def with_hashes(place: Place, changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return changed files together with what follows for ``PEX-INFO``, and the start-up file.

    A pex is unpacked once to a place that is named after its hashes: they change with its content.
    """
    text = place.read(PEX_INFO)
    if text is None:
        return dict(changed)
    table = _read(place.name, text)
    if table.get("venv") and MAIN in changed:
        fault = "it makes a virtual environment of itself, whose start no line can be put before"
        remedy = "Inject without --activate"
        raise FreezeError(file=place.name, place=PEX_INFO, fault=fault, remedy=remedy)
    content = b"".join(name.encode() + changed[name] for name in sorted(changed))
    main = changed.get(MAIN) or place.read(MAIN)
    for key in HASHES:
        if old := table.get(key):
            new = hashlib.sha1(old.encode() + content, usedforsecurity=False).hexdigest()
            table[key] = new
            main = main and main.replace(old.encode(), new.encode())
    new_table = json.dumps(table, separators=(",", ":")).encode("ascii")
    return {**changed, PEX_INFO: new_table, **({MAIN: main} if main is not None else {})}


def _read(name: str, text: bytes) -> dict[str, Any]:
    try:
        table = json.loads(text) if len(text) <= LONGEST_PEX_INFO else None
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict) or not all(_is_hash(table.get(key)) for key in HASHES):
        raise FreezeError(file=name, place=PEX_INFO, fault="cannot be read", remedy="Build it anew")
    return table


def _is_hash(value: object) -> bool:
    # What is shorter stands in a program by chance, where a longer one would take its place.
    if not isinstance(value, str):
        return value is None
    return len(value) >= _SHORTEST_HASH and value.isalnum() and value.isascii()
