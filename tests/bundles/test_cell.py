"""What makes a cell of the bundle matrix bad."""

from __future__ import annotations

import os
from typing import Any

import pytest

from demo.report import Finding
from tests.bundles.cell import Run, remarks

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the ingest server's model needs POSIX")

_PERFECT = Finding(
    right=2, expected=2, wrong=0, foreign=0, frameworks=frozenset({"flask"}), off=frozenset()
)


def _normalize(modules: dict[str, Any]) -> list[str]:
    from sentry_relay.processing import StoreNormalizer

    normalizer = StoreNormalizer(project_id=1, enable_trimming=True)
    return list(remarks(normalizer.normalize_event({"platform": "python", "modules": modules})))


def test_only_what_is_right_in_all_ways_is_perfect() -> None:
    """A look-up that is not answered, or a fault in the event, is seen."""
    assert Run(finding=_PERFECT, versions=2, faults=()).is_perfect
    assert not Run(finding=_PERFECT, versions=1, faults=()).is_perfect
    assert not Run(finding=_PERFECT, versions=2, faults=("modules: is too long",)).is_perfect


@pytest.mark.parametrize(
    "modules",
    [
        pytest.param({f"m{number}": "1.0.0" for number in range(2000)}, id="too many"),
        pytest.param({"flask": ["3.1.3"]}, id="no text"),
    ],
)
def test_what_the_ingest_server_changes_is_named(modules: dict[str, Any]) -> None:
    """Modules that it cuts, or cannot read, leave a remark."""
    assert _normalize(modules)


def test_what_it_leaves_alone_has_no_remark() -> None:
    """An ordinary list goes through as it is."""
    assert _normalize({"flask": "3.1.3", "typing_extensions": "4.16.0"}) == []
