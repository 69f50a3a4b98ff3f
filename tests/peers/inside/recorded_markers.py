"""Keeps the text of every marker that packaging's own tests make, valid or not."""

from __future__ import annotations

import json
import os
from pathlib import Path

from packaging.markers import Marker

TEXTS: dict[str, None] = {}
_original = Marker.__init__


def _recording(self: Marker, marker: str) -> None:
    if isinstance(marker, str):
        TEXTS[marker] = None
    _original(self, marker)


Marker.__init__ = _recording  # type: ignore[method-assign]  # what the tests make goes through it


def pytest_unconfigure() -> None:
    """Write the texts to the file that ``RECORDED_MARKERS`` names."""
    Path(os.environ["RECORDED_MARKERS"]).write_text(json.dumps(list(TEXTS)), encoding="utf-8")
