"""The drawing of the results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench import plot

NAMESPACE = "{http://www.w3.org/2000/svg}"


def rows(slower: float) -> Iterator[dict[str, Any]]:
    """Give rows of every kind that is drawn, with round numbers."""

    def row(question: str, case: str, way: str, measure: str, *, size: int = 1) -> dict[str, Any]:
        middle = 1_000.0 * size * (slower if way == "manifest" else 2)
        key = {"question": question, "case": case, "size": size, "way": way, "measure": measure}
        return {**key, "median": middle, "low": middle / 2, "high": middle * 2, "samples": 9}

    for size in (30, 300):
        for way in ("stock", "manifest"):
            yield row("event", "", way, "processor us", size=size)
            for place in ("directory", "zip", "PyInstaller"):
                yield row("first-event", place, way, "processor us", size=size)
    for way in ("freeze", "bare parse", "uv export"):
        yield row("freeze", "uv.lock of 9 kB", way, "wall ms")
    for way in ("manifest", "copied metadata"):
        yield row("bundle", "onedir", way, "bytes added")


def document(slower: float = 1.0) -> dict[str, Any]:
    """Give results as ``python -m bench`` writes them."""
    promises = [{"text": "ours & theirs", "value": 0.5, "at most": 1.5, "met": True}]
    return {
        "machine": {"processor": "Z80", "python": "CPython 3.11.7"},
        "versions": {"sentry-sdk": "2.75.0"},
        "rows": list(rows(slower)),
        "promises": promises,
    }


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """Draw the results."""
    path = tmp_path / "plot.svg"
    plot.draw(document(), path)
    return path


def test_the_same_results_give_the_same_bytes(drawn: Path, tmp_path: Path) -> None:
    """No time and no random identifier is in it; other results give another drawing."""
    again, other = tmp_path / "again.svg", tmp_path / "other.svg"
    plot.draw(document(), again)
    plot.draw(document(slower=1.5), other)
    assert drawn.read_bytes() == again.read_bytes() != other.read_bytes()


def test_the_drawing_says_what_it_shows(drawn: Path) -> None:
    """A screen reader finds a title, and a description with the numbers."""
    root = ET.parse(drawn).getroot()  # noqa: S314 - our own file
    texts = {child.get("id"): child.text for child in root}
    title, description = str(root.get("aria-labelledby")).split()
    assert root.get("role") == "img"
    assert texts[title] == plot.TITLE
    assert texts[description] == "ours & theirs: 0.5."


def test_text_follows_the_theme(drawn: Path) -> None:
    """Nothing is drawn in a colour that a dark page swallows: text has the one that changes."""
    root = ET.parse(drawn).getroot()  # noqa: S314 - our own file
    styles = [text.get("style", "") for text in root.iter(f"{NAMESPACE}text")]
    assert styles
    assert all(f"fill: {plot.INK}" in style for style in styles)
    assert f"[style*='fill: {plot.INK}']" in drawn.read_text(encoding="utf-8")
    assert not re.findall(r"(?i)#000000|#ffffff", drawn.read_text(encoding="utf-8"))


def test_every_way_is_drawn(drawn: Path) -> None:
    """Lock files, tools and bundles are named, and each colour of the legend but one is used."""
    text = drawn.read_text(encoding="utf-8")
    for name in ("uv.lock", "uv export", "copied metadata", "First event, zip", "Z80"):
        assert name in text
    assert all(f"fill: {colour}" in text for colour in (plot.WITHOUT, plot.WITH, plot.FLOOR))
