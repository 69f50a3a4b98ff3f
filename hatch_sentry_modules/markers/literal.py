"""Writes values as Python literals; the one door through which a marker's text becomes code."""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = int | str | tuple["Value", ...]


def write_literal(value: Value) -> str:
    """Write a number, a text or a tuple of them in ASCII, a text in double quotes if it can."""
    if isinstance(value, tuple):
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(map(write_literal, value))}{comma})"
    text = ascii(value)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text
