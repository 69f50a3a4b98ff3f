"""Stretches of the version line as tests of a tuple, such as ``sys.version_info < (3, 11)``.

``sys.version_info`` and ``sys.implementation.version`` sort as the versions they tell do, and hold
neither development nor post-releases. The serial of a final version is left out of every test:
PyPy has had 42 there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from hatch_sentry_modules.markers.literal import write_literal
from hatch_sentry_modules.markers.logic import Tree, combine
from hatch_sentry_modules.markers.version_line import Key, Stretch, final_key

_Point: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionTuple:
    """A tuple of Python's own that tells a version.

    ``length`` is 2 where the version consists of the first two numbers alone, as
    ``python_version`` does, and 3 where all five items count.
    """

    subject: str
    length: int

    def is_in(self, stretch: Stretch) -> Tree[str]:
        """Test that the version lies in a stretch."""
        span = self._span(stretch)
        if span is None:
            return False
        low, high = span
        if prefix := _shared_start(low, high):
            return f"{self.subject}[:{len(prefix)}] == {write_literal(prefix)}"
        if high is None:
            return f"{self.subject} >= {_write(low)}" if any(low) else True
        start = f"{_write(low)} <= " if any(low) else ""
        return f"{start}{self.subject} < {_write(high)}"

    def is_not_in(self, stretch: Stretch) -> Tree[str]:
        """Test that the version lies outside a stretch, which is bounded on both sides."""
        span = self._span(stretch)
        if span is None:
            return True
        if prefix := _shared_start(*span):
            return f"{self.subject}[:{len(prefix)}] != {write_literal(prefix)}"
        below, above = Stretch(None, stretch.lower), Stretch(stretch.upper, None)
        return combine("or", [self.is_in(below), self.is_in(above)])

    def _span(self, stretch: Stretch) -> tuple[_Point, _Point | None] | None:
        """Give the first tuple in a stretch and the first behind it; nothing if it is empty."""
        low = () if stretch.lower is None else self._first_at(stretch.lower)
        high = None if stretch.upper is None else self._first_at(stretch.upper)
        if low is None or (high is not None and low >= high):
            return None
        return low, high

    def _first_at(self, bound: Key) -> _Point | None:
        """Give the start of the first tuple at or behind a bound; none is in a later epoch."""
        epoch, release, level, serial, *_ = bound
        if epoch > 0:
            return None
        head = (release + (0,) * self.length)[: self.length]
        if bound > final_key(head):
            return _following(head)
        if self.length == 2 or not level:  # noqa: PLR2004  # see the class
            return head
        if level == "final":
            return (*head, level)
        is_behind = bound > (0, release, level, serial, -1, 1, 0)
        return (*head, level, serial + is_behind)


def _following(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (*numbers[:-1], numbers[-1] + 1)


def _shared_start(low: _Point, high: _Point | None) -> _Point:
    """Give the start that the tuples from ``low`` up to ``high``, and no others, have in common."""
    if not low or high is None:
        return ()
    if low[3:] == ("final",):
        return low if high == _following(low[:3]) else ()
    while len(low) == len(high) and low[-1] == high[-1] == 0:
        low, high = low[:-1], high[:-1]
    return low if high == _following(low) else ()


def _write(point: _Point) -> str:
    while len(point) > 2 and point[-1] == 0:  # noqa: PLR2004  # (3, 0) reads better than (3,)
        point = point[:-1]
    return write_literal(point)
