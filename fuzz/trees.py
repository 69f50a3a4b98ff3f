"""Changes the values of TOML and JSON documents: what is there stays mostly valid, and deep."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from random import Random
from typing import Any

from fuzz import texts
from tests import documents

WRONG: list[Any] = [True, False, 0, -1, 1.5, float("nan"), 10**30, [], [[]], [{}], {}, {"a": "b"}]

Pool = dict[str, list[Any]]
"""For each key of a format, the values that real documents have there."""


def pool_of(samples: Iterable[Any]) -> Pool:
    """Collect the values at each key of some documents."""
    pool: Pool = {}
    for sample in samples:
        for path in documents.paths(sample):
            key = next((key for key in reversed(path) if isinstance(key, str)), "")
            pool.setdefault(key, []).append(documents.at(sample, path))
    return pool


def mutate(document: Any, random: Random, pool: Pool) -> None:
    """Change a few places of a document in place."""
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        places = list(documents.paths(document))
        if places:
            _change(document, random.choice(places), random, pool)


def _change(document: Any, path: documents.Path, random: Random, pool: Pool) -> None:
    holder, key = documents.at(document, path[:-1]), path[-1]
    way = random.randrange(10)
    if way == 0:
        del holder[key]
    elif way == 1:
        _add(holder, copy.deepcopy(holder[key]), random, pool)
    elif way == 2 and isinstance(holder, dict):
        holder[_key(str(key), random, pool)] = holder.pop(key)
    else:
        holder[key] = copy.deepcopy(_other(document, path, random, pool))


def _add(holder: Any, value: Any, random: Random, pool: Pool) -> None:
    if isinstance(holder, list):
        holder.insert(random.randint(0, len(holder)), value)
    else:
        key = random.choice(list(pool))
        holder[key] = copy.deepcopy(random.choice(pool[key]))


def _key(key: str, random: Random, pool: Pool) -> str:
    return random.choice((random.choice(list(pool)), texts.alter(key, random)))


def _other(document: Any, path: documents.Path, random: Random, pool: Pool) -> Any:
    """Choose another value: of the same key, from elsewhere, altered, or of a wrong type."""
    value = documents.at(document, path)
    names = [key for key in reversed(path) if isinstance(key, str)]
    known = pool.get(names[0] if names else "", [])
    way = random.randrange(10)
    if way == 0:
        return random.choice(WRONG)
    if way <= 3 and known:
        return random.choice(known)
    if way == 4:
        return documents.at(document, random.choice(list(documents.paths(document))))
    if isinstance(value, str):
        return random.choice((texts.alter(value, random), random.choice(texts.WORDS)))
    return random.choice(random.choice(list(pool.values())))
