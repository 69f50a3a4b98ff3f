"""Finds all that can be reached: the one worklist of the sources and of the closure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from hatch_sentry_modules.model import Edge, Key

V = TypeVar("V")


def reach(
    roots: Iterable[Edge], read: Callable[[Key], V], edges: Callable[[V], Iterable[Edge]]
) -> dict[Key, V]:
    """Read what the roots lead to, each key once, the nearest first; each leads on by its edges."""
    reached: dict[Key, V] = {}
    queue = deque(edge.target for edge in roots)
    while queue:
        key = queue.popleft()
        if key not in reached:
            reached[key] = read(key)
            queue.extend(edge.target for edge in edges(reached[key]))
    return reached
