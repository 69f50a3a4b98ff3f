"""Reads the two fields of core metadata that a build has to know."""

from __future__ import annotations

from email.parser import BytesHeaderParser


def name_and_version(metadata: bytes) -> tuple[str, str]:
    """Give the fields ``Name`` and ``Version``, empty where they are missing.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    headers = BytesHeaderParser().parsebytes(metadata)
    return str(headers.get("Name", "")), str(headers.get("Version", ""))
