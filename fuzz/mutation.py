"""Neighbours of an input of several files: trees where a file is TOML or JSON, else text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from random import Random
from typing import Any

import tomli

from fuzz import parts, texts, trees
from tests import documents


class Mutation:
    """Changes one file of an input, with what the seeds hold at the same keys."""

    def __init__(self, seeds: Iterable[bytes]) -> None:
        files = {(_base(name), data) for seed in seeds for name, data in parts.split(seed).items()}
        trees_of: dict[str, list[Any]] = {}
        for base, data in sorted(files):
            if tree := parsed(data):
                trees_of.setdefault(base, []).append(tree)
        self._pools = {base: trees.pool_of(found) for base, found in trees_of.items()}

    def __call__(self, data: bytes, random: Random) -> bytes:
        """Return a neighbour of an input."""
        files = parts.split(data)
        if not files:
            return data
        # The first is what the target is about.
        name = random.choice([*files, next(iter(files)), next(iter(files))])
        files[name] = self._change(name, files[name], random)
        return parts.join(files)

    def _change(self, name: str, data: bytes, random: Random) -> bytes:
        tree = parsed(data) if random.randrange(3) else None
        if tree is None:
            return altered(data, random)
        trees.mutate(tree, random, self._pools.get(_base(name), {"name": ["a"]}))
        return written(tree, is_json=data.lstrip()[:1] == b"{")


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def altered(data: bytes, random: Random) -> bytes:
    """Change a few lines of what may be text."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(random.choice((1, 1, 2, 4))):
        text = texts.alter_lines(text, random)
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def parsed(data: bytes) -> Any | None:
    """Parse a file that is TOML or JSON."""
    try:
        text = data.decode()
        tree = json.loads(text) if text.lstrip()[:1] == "{" else tomli.loads(text)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) and tree else None


def written(tree: Any, *, is_json: bool) -> bytes:
    """Write a tree as the file it was read from."""
    # A date may come from a TOML file.
    text = json.dumps(tree, indent=1, default=str) if is_json else documents.to_toml(tree)
    return text.encode("utf-8", "surrogatepass")
