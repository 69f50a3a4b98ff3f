"""Reads the two fields of core metadata that a build has to know."""

from __future__ import annotations

import re

_FIELD = re.compile(rb"^(name|version):[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")


def name_and_version(metadata: bytes) -> tuple[str, str]:
    """Return the fields ``Name`` and ``Version``, empty where they are missing.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    end = _END.search(metadata)
    headers = metadata[: end.start()] if end else metadata
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(headers))}
    name, version = (fields.get(key, b"").strip() for key in (b"name", b"version"))
    return name.decode("utf-8", "replace"), version.decode("utf-8", "replace")
