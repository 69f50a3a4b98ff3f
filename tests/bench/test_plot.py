"""The drawing of the results."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

pytest.importorskip("matplotlib")

from bench import plot

NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Read the results of the last whole run."""
    document: dict[str, Any] = json.loads(plot.RESULTS.read_text(encoding="utf-8"))
    return document


def test_the_same_results_give_the_same_bytes(results: dict[str, Any], tmp_path: Path) -> None:
    """No time, no random identifier: and other results give another drawing."""
    first, second, other = (tmp_path / name for name in ("first.svg", "second.svg", "other.svg"))
    plot.draw(results, first)
    plot.draw(results, second)
    changed = copy.deepcopy(results)
    for row in changed["rows"]:
        row["median"] *= 1 + len(row["way"]) / 10
    plot.draw(changed, other)
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()


def test_the_drawing_says_what_it_shows(results: dict[str, Any], tmp_path: Path) -> None:
    """A screen reader finds a title, and a description with the numbers."""
    path = tmp_path / "plot.svg"
    plot.draw(results, path)
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    texts = {child.get("id"): child.text or "" for child in root}
    named = str(root.get("aria-labelledby")).split()
    assert root.get("role") == "img"
    assert texts[named[0]] == plot.TITLE
    for promise in results["promises"]:
        assert f"{promise['text']}: {promise['value']:g}." in texts[named[1]]


def test_text_follows_the_theme(results: dict[str, Any], tmp_path: Path) -> None:
    """Nothing is drawn in a colour that a dark page swallows: text has the one that changes."""
    path = tmp_path / "plot.svg"
    plot.draw(results, path)
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    styles = [text.get("style", "") for text in root.iter(f"{NAMESPACE}text")]
    assert styles
    assert all(f"fill: {plot.INK}" in style for style in styles)
    assert not re.findall(r"#000000|#ffffff", path.read_text(encoding="utf-8"))
