"""How an event is judged, which decides the demo's exit status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.applications import STOREFRONT
from demo.bundles import Bundle
from demo.report import Comparison, judge, table

_BUNDLE = Bundle(
    name="folder",
    application=STOREFRONT,
    path=Path("folder"),
    truth={"flask": "3.1.3", "typing-extensions": "4.16.0"},
)
_ALL = {"flask": "3.1.3", "typing_extensions": "4.16.0"}


def _event(modules: dict[str, str] | None, *frameworks: str) -> dict[str, Any]:
    return {"modules": modules, "sdk": {"integrations": ["argv", "modules", *frameworks]}}


def test_everything_there_is_perfect() -> None:
    """Names are compared in their normalized form."""
    finding = judge(_event(_ALL, "flask", "sqlalchemy"), _BUNDLE)
    assert finding.is_perfect
    assert (finding.right, finding.expected, finding.wrong) == (2, 2, 0)


@pytest.mark.parametrize(
    ("modules", "frameworks", "right", "wrong", "foreign"),
    [
        pytest.param(None, {"flask", "sqlalchemy"}, 0, 0, 0, id="no modules"),
        pytest.param({"flask": "3.1.3"}, {"flask", "sqlalchemy"}, 1, 0, 0, id="one missing"),
        pytest.param(
            {**_ALL, "flask": "2.0"}, {"flask", "sqlalchemy"}, 1, 1, 0, id="wrong version"
        ),
        pytest.param({**_ALL, "pip": "26.3"}, {"flask", "sqlalchemy"}, 2, 0, 1, id="foreign name"),
        pytest.param(
            {**_ALL, "typing-extensions": "4.16.0"},
            {"flask", "sqlalchemy"},
            2,
            1,
            0,
            id="one name twice",
        ),
        pytest.param(_ALL, {"sqlalchemy"}, 2, 0, 0, id="a framework off"),
    ],
)
def test_anything_less_is_not(
    modules: dict[str, str] | None, frameworks: set[str], right: int, wrong: int, foreign: int
) -> None:
    """A missing, wrong, foreign or double entry, or a framework that is off, is seen."""
    finding = judge(_event(modules, *frameworks), _BUNDLE)
    assert not finding.is_perfect
    assert (finding.right, finding.wrong, finding.foreign) == (right, wrong, foreign)


def test_the_table_is_markdown() -> None:
    """A row holds the stock columns and then the frozen ones."""
    stock = judge(_event(None, "sqlalchemy"), _BUNDLE)
    frozen = judge(_event(_ALL, "flask", "sqlalchemy"), _BUNDLE)
    lines = table([Comparison(bundle="folder", stock=stock, frozen=frozen, page="")]).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[2] == ["folder", "0 of 2", "0", "sqlalchemy", "2 of 2", "0", "flask, sqlalchemy"]
    assert set(lines[1]) == {"|", " ", "-"}
    assert len({len(line) for line in lines}) == 1
