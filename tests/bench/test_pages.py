"""What the results become: a drawing, a page and the README's table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench import pages, plot
from bench.measuring import BYTES, INSTRUCTIONS, PROCESSOR, ROOT

NAMESPACE = "{http://www.w3.org/2000/svg}"
VALUES = {INSTRUCTIONS: 2e6, PROCESSOR: 1_000, BYTES: 1_000}


def document(slower: float = 1.0) -> dict[str, Any]:
    """Return results as ``python -m bench`` writes them, with round numbers."""
    rows: dict[str, list[dict[str, Any]]] = {question: [] for question in pages.TITLES} | {
        panel.question: [
            {
                "case": case,
                "size": size,
                "way": way,
                "values": {
                    measure: value * size * (slower if way == "manifest" else 2)
                    for measure, value in VALUES.items()
                },
            }
            for case in ("folder", "memory", "")
            for size in (30, 300)
            for way in ("stock", "manifest", "floor")
        ]
        for panel in plot.PANELS
    }
    promise = {"text": "ours & theirs", "value": 0.5, "limit": 1.5, "by": INSTRUCTIONS}
    return {
        "machine": dict.fromkeys(("processor", "cores", "system", "python"), "Z80"),
        "versions": {"sentry-sdk": "2.75.0"},
        "rows": rows,
        "promises": [
            {**promise, "is_lower_limit": False},
            {**promise, "text": "too little", "is_lower_limit": True},
        ],
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
    assert texts[description] == "ours & theirs: 0.5. too little: 0.5."


def test_text_follows_the_theme(drawn: Path) -> None:
    """Nothing is drawn in a colour that a dark page swallows: text has the one that changes."""
    root = ET.parse(drawn).getroot()  # noqa: S314 - our own file
    styles = [text.get("style", "") for text in root.iter(f"{NAMESPACE}text")]
    assert styles
    assert all(f"fill: {plot.INK}" in style for style in styles)
    assert f"[style*='fill: {plot.INK}']" in drawn.read_text(encoding="utf-8")
    assert not re.findall(r"(?i)#000000|#ffffff", drawn.read_text(encoding="utf-8"))


def test_every_way_is_drawn(drawn: Path) -> None:
    """Each panel has its title, and each colour of the legend is used."""
    text = drawn.read_text(encoding="utf-8")
    assert all(panel.title in text for panel in plot.PANELS)
    assert all(f"stroke: {colour}" in text for colour in plot.LEGEND.values())


def test_the_page_says_which_promises_are_missed() -> None:
    """The page names the number, the limit and what was judged by."""
    lines = pages.page(document()).splitlines()
    (met,) = (line for line in lines if "ours & theirs" in line)
    (missed,) = (line for line in lines if "too little" in line)
    assert [cell.strip() for cell in met.split("|")[1:-1]] == [
        "met",
        "ours & theirs",
        "0.5",
        "at most 1.5",
        "instructions",
    ]
    assert "**missed**" in missed
    assert "at least 1.5" in missed


@pytest.mark.skipif(not pages.RESULTS.exists(), reason="make bench has not been run as a whole")
def test_pages_hold_what_the_last_whole_run_measured() -> None:
    """``python -m bench.pages`` writes the page and prints the README's table."""
    results = json.loads(pages.RESULTS.read_text(encoding="utf-8"))
    assert f"\n{pages.summary(results)}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert pages.PAGE.read_text(encoding="utf-8") == pages.page(results)
