"""Differences between two lists, judged by PEP 440."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from hatch_sentry_modules.artifacts.changes import Listing, Release, compare, grouped

WINDOWS = 'sys_platform == "win32"'


def listing(*releases: Release) -> Listing:
    """Make a side that lists one name."""
    name = canonicalize_name("flask")
    return Listing(name="x", origin="y", releases=grouped((name, r) for r in releases))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (["1.9"], ["1.10"], "upgraded"),
        (["1.0"], ["1.0rc1"], "downgraded"),
        (["1!1.0"], ["2.0"], "downgraded"),
        (["1.0"], ["1.0+local"], "upgraded"),
        (["1.0"], ["1.0.0"], None),
        ([], ["1.0"], "added"),
        (["1.0"], [], "removed"),
        (["1.0", "3.0"], ["2.0", "2.5"], "changed"),
        (["1.0", "2.0"], ["1.0", "3.0"], "upgraded"),
        ([""], ["1.0"], None),
    ],
)
def test_kinds_of_change(old: list[str], new: list[str], kind: str | None) -> None:
    """The order is that of PEP 440; an unknown version agrees with any."""
    found = list(compare(listing(*map(Release, old)), listing(*map(Release, new))))
    assert [change.kind for change in found] == ([kind] if kind else [])


def test_conditions_are_compared_where_both_are_known() -> None:
    """A condition that could not be read agrees with any other."""
    always, windows, unread = (Release("1.0", c) for c in ("", WINDOWS, None))
    assert [c.kind for c in compare(listing(always), listing(windows))] == ["changed"]
    assert list(compare(listing(windows), listing(unread))) == []
    assert list(compare(listing(windows), listing(windows))) == []
