"""Stretches of the version line as tests of a tuple, such as ``sys.version_info < (3, 11)``.

``sys.version_info`` and ``sys.implementation.version`` sort as the versions they tell do, and hold
neither development nor post-releases. The serial of a final version is left out of every test:
PyPy has had 42 there.
"""

from __future__ import annotations

from dataclasses import dataclass

from hatch_sentry_modules.markers.logic import Tree
from hatch_sentry_modules.markers.predicate import Point, Predicate, make_span
from hatch_sentry_modules.markers.version_line import Key, Stretch, final_key


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionTuple:
    """A tuple of Python's own that tells a version.

    ``length`` is 2 where the version consists of the first two numbers alone, as
    ``python_version`` does, and 3 where all five items count.
    """

    subject: str
    length: int

    def is_in(self, stretch: Stretch) -> Tree[Predicate]:
        """Test that the version lies in a stretch."""
        return make_span(self.subject, self._edges(stretch))

    def is_not_in(self, stretch: Stretch) -> Tree[Predicate]:
        """Test that the version does not lie in a stretch."""
        first, *others = self._edges(stretch) or ((), ())
        return make_span(self.subject, others if first == () else [(), first, *others])

    def _edges(self, stretch: Stretch) -> tuple[Point, ...]:
        low = () if stretch.lower is None else self._first_at(stretch.lower)
        high = None if stretch.upper is None else self._first_at(stretch.upper)
        if low is None or low == high:
            return ()
        return (low,) if high is None else (low, high)

    def _first_at(self, bound: Key) -> Point | None:
        """Give the start of the first tuple at or behind a bound; none is in a later epoch."""
        epoch, release, level, serial, *_ = bound
        if epoch > 0:
            return None
        head = (release + (0,) * self.length)[: self.length]
        if bound > final_key(head):
            return (*head[:-1], head[-1] + 1)
        if self.length == 2 or not level:  # noqa: PLR2004  # see the class
            return _trimmed(head)
        if level == "final":
            return (*head, level)
        is_behind = bound > (0, release, level, serial, -1, 1, 0)
        return _trimmed((*head, level, serial + is_behind))


def _trimmed(point: Point) -> Point:
    while point and point[-1] == 0:
        point = point[:-1]
    return point
