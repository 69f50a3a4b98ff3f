"""Markers: specialized to a selection, evaluated, and compiled to Python conditions."""

from __future__ import annotations

from collections.abc import Mapping, Set

from hatch_sentry_modules.model import Condition, MarkerText


def specialize(
    text: str, *, extras: Set[str] = frozenset(), groups: Set[str] = frozenset()
) -> MarkerText | bool:
    """Parse a marker and decide what it says of extras and dependency groups."""
    raise NotImplementedError


def evaluate(marker: MarkerText, environment: Mapping[str, str]) -> bool:
    """Say whether a marker holds in a full environment of eleven variables."""
    raise NotImplementedError


def to_python(condition: Condition) -> str:
    """Compile a condition to a Python expression over ``sys``, ``os`` and ``platform``."""
    raise NotImplementedError


def to_marker(condition: Condition) -> str:
    """Write a condition as one PEP 508 marker."""
    raise NotImplementedError
