"""Lists and changes the values of TOML and JSON documents, and writes them again."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the place of every value in a document, containers included, the top left out."""
    items: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def varied(document: Any, most: int) -> Iterator[Path]:
    """Yield the places, but of those that differ only in their indices no more than some."""
    seen: dict[Path, int] = {}
    for path in paths(document):
        shape = tuple("*" if isinstance(key, int) else key for key in path)
        seen[shape] = seen.get(shape, 0) + 1
        if seen[shape] <= most:
            yield path


def at(document: Any, path: Path) -> Any:
    """Return the value at a place."""
    for key in path:
        document = document[key]
    return document


def changed(document: Any, path: Path, value: Any) -> Any:
    """Copy a document with another value at a place."""
    document = copy.deepcopy(document)
    at(document, path[:-1])[path[-1]] = value
    return document


def without(document: Any, path: Path) -> Any:
    """Copy a document without a value."""
    document = copy.deepcopy(document)
    del at(document, path[:-1])[path[-1]]
    return document


def renamed(document: Any, path: Path, key: str) -> Any:
    """Copy a document with another key at a place in a table."""
    document = copy.deepcopy(document)
    table = at(document, path[:-1])
    table[key] = table.pop(path[-1])
    return document


def to_toml(document: dict[str, Any]) -> str:
    """Write a document as TOML, one line for each key at its top."""
    return "".join(f"{_string(key)} = {_toml(value)}\n" for key, value in document.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(key)} = {_toml(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")


def _string(text: str) -> str:
    return json.dumps(text).replace("\x7f", "\\u007f")
