"""A file gets into its place only when it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_sentry_modules.artifacts.replace import replacing


def test_a_whole_file_gets_into_its_place(tmp_path: Path) -> None:
    """What was there before is replaced, and nothing else is left in the folder."""
    path = tmp_path / "a.whl"
    path.write_text("old", encoding="ascii")
    with replacing(path) as new:
        new.write_text("new", encoding="ascii")
        assert path.read_text(encoding="ascii") == "old"
    assert path.read_text(encoding="ascii") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    """Half a file is never seen under the name of a whole one."""
    path = tmp_path / "a.whl"
    path.write_text("old", encoding="ascii")
    with pytest.raises(UnicodeEncodeError), replacing(path) as new:
        new.write_text("half an ä", encoding="ascii")
    assert path.read_text(encoding="ascii") == "old"
    assert list(tmp_path.iterdir()) == [path]
