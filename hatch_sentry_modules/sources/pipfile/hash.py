"""Computes the hash of a ``Pipfile`` as Pipenv does, to see whether it changed after locking."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.reading import read_toml

_NO_CATEGORIES = frozenset(
    {"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"}
    | {"default", "develop"}
)


def is_stale(meta: Table, pipfile: Path) -> bool:
    """Whether the ``Pipfile`` is another than the one whose hash a lock file records.

    Nothing is known, and that is not stale, where the file is missing or names no source: Pipenv
    then hashes one of its own configuration.

    Raises:
        SourceError: The ``Pipfile`` cannot be read.
    """
    recorded = meta.table("hash").string("sha256")
    if not recorded or not pipfile.is_file():
        return False
    values = read_toml(pipfile).values
    # Since 2026 names are normalized first (pypa/pipenv#4699); categories came with 2022.10.
    spellings: tuple[Callable[[str], str], ...] = (canonicalize_name, str)
    categories = (values.keys() - _NO_CATEGORIES, set[str]())
    hashes = (_hash(values, *choices) for choices in product(spellings, categories))
    return "source" in values and recorded not in hashes


def _hash(pipfile: Mapping[str, Any], normalize: Callable[[str], str], categories: set[str]) -> str:
    def section(name: str) -> object:
        values = pipfile.get(name, {})
        is_table = isinstance(values, dict)
        return {normalize(key): values[key] for key in values} if is_table else values

    data = {
        "_meta": {"sources": pipfile["source"], "requires": pipfile.get("requires", {})},
        "default": section("packages"),
        "develop": section("dev-packages"),
        **{name: section(name) for name in categories},
    }
    # TOML has dates, which Pipenv could not have hashed: written as text they match nothing.
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
