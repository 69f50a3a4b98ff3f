"""Keeps a pex's own table right: what it unpacks is kept under the hashes that stand there.

https://docs.pex-tool.org/
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from hatch_sentry_modules.artifacts.inject.place import Place
from hatch_sentry_modules.artifacts.inject.start_line import MAIN
from hatch_sentry_modules.errors import FreezeError

TABLE = "PEX-INFO"

NEW = "its hashes are new, so that it is unpacked anew"

HASHES = ("code_hash", "pex_hash")


def with_hashes(place: Place, changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return changed files together with what follows for ``PEX-INFO``, and the start-up file.

    A pex is unpacked once to a place that is named after its hashes: they change with its content.
    """
    text = place.read(TABLE)
    if text is None:
        return dict(changed)
    table = _read(place.name, text)
    if table.get("venv") and MAIN in changed:
        fault = "it makes a virtual environment of itself, whose start no line can be put before"
        remedy = "Inject without --activate"
        raise FreezeError(file=place.name, place=TABLE, fault=fault, remedy=remedy)
    content = b"".join(name.encode() + changed[name] for name in sorted(changed))
    main = changed.get(MAIN) or place.read(MAIN) or b""
    for key in HASHES:
        if old := table.get(key):
            new = hashlib.sha1(old.encode() + content, usedforsecurity=False).hexdigest()
            table[key] = new
            main = main.replace(old.encode(), new.encode())
    return {**changed, TABLE: json.dumps(table, separators=(",", ":")).encode("ascii"), MAIN: main}


def _read(name: str, text: bytes) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict) or not all(_is_hash(table.get(key)) for key in HASHES):
        raise FreezeError(file=name, place=TABLE, fault="cannot be read")
    return table


def _is_hash(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.isalnum() and value.isascii())
