"""Computes the hash of a ``Pipfile`` as Pipenv does, to see whether it changed after locking."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
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


def is_stale(lock: Table, pipfile: Path) -> bool:
    """Whether the ``Pipfile`` is another than the one that a lock file was made from.

    Args:
        lock: All of ``Pipfile.lock``, which records the hash.
        pipfile: The file; where it is missing, or names no source (Pipenv then hashes one of its
            own configuration), nothing is known, and that is not stale.

    Raises:
        SourceError: The ``Pipfile`` cannot be read.
    """
    recorded = lock.table("_meta").table("hash").string("sha256")
    if not recorded or not pipfile.is_file():
        return False
    values = read_toml(pipfile).values
    return "source" in values and recorded not in _hashes(values)


def _hashes(pipfile: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hash by each version of Pipenv.

    Since 2026 names are normalized first (pypa/pipenv#4699); categories came with 2022.10.
    """
    spellings: tuple[Callable[[str], str], ...] = (canonicalize_name, str)
    for normalize, with_categories in product(spellings, (True, False)):
        yield _hash(pipfile, normalize, with_categories=with_categories)


def _hash(
    pipfile: Mapping[str, Any], normalize: Callable[[str], str], *, with_categories: bool
) -> str:
    def section(name: str) -> object:
        values = pipfile.get(name, {})
        return (
            {normalize(key): values[key] for key in values} if isinstance(values, dict) else values
        )

    data = {
        "_meta": {
            "sources": pipfile["source"],
            "requires": pipfile.get("requires", {}),
        },
        "default": section("packages"),
        "develop": section("dev-packages"),
    }
    if with_categories:
        data.update((name, section(name)) for name in pipfile.keys() - _NO_CATEGORIES)
    # TOML has dates, which Pipenv could not have hashed: written as text they match nothing.
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
