"""What a folder on the path holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from sentry_modules.places import Place


@pytest.mark.parametrize(
    ("folder", "is_asked"), [("site", True), ("our-lib-dynload", True), ("lib-dynload", False)]
)
def test_the_standard_library_holds_no_metadata(
    tmp_path: Path, folder: str, is_asked: bool
) -> None:
    """Its own folder is passed over, and none whose name only ends in the same way."""
    (tmp_path / folder / "flask-3.1.3.dist-info").mkdir(parents=True)
    place = Place(str(tmp_path / folder))
    assert place.has_metadata() is is_asked
    found = [("flask", "3.1.3", "flask-3.1.3.dist-info")] if is_asked else []
    assert list(place.metadata()) == found
