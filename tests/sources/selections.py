"""Makes selections for tests, with names as a user writes them."""

from __future__ import annotations

from typing import Any

from packaging.utils import canonicalize_name

from hatch_sentry_modules.model import Selection


def select(
    *, extras: str = "", groups: str = "", package: str | None = None, **others: Any
) -> Selection:
    """Make a selection of extras and groups that are named in one text each."""
    return Selection(
        extras=frozenset(map(canonicalize_name, extras.split())),
        groups=frozenset(map(canonicalize_name, groups.split())),
        package=None if package is None else canonicalize_name(package),
        **others,
    )
