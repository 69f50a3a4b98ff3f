"""Finds all that can be reached: the one worklist of the sources and of the closure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def reach(
    start: Iterable[K], read: Callable[[K], V], ahead: Callable[[V], Iterable[K]]
) -> dict[K, V]:
    """Read what is reached from some keys, each once, the nearest first.

    Args:
        start: The keys to begin at.
        read: Reads what a key stands for.
        ahead: Names the keys to which that leads.
    """
    reached: dict[K, V] = {}
    queue = deque(start)
    while queue:
        key = queue.popleft()
        if key not in reached:
            reached[key] = read(key)
            queue.extend(ahead(reached[key]))
    return reached
