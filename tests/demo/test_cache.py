"""Folders that are kept between runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.cache import keep


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def _write_name(folder: Path) -> None:
    (folder / "name").write_text(folder.name, encoding="utf-8")


def test_a_folder_is_filled_once() -> None:
    """The second caller gets what the first one made."""
    first = keep("thing", ("1",), _write_name)
    made = (first / "name").read_text(encoding="utf-8")
    second = keep("thing", ("1",), _write_name)
    assert second == first
    assert (second / "name").read_text(encoding="utf-8") == made


def test_other_versions_have_a_folder_of_their_own() -> None:
    """A newer version never finds what an older one left."""
    assert keep("thing", ("1",), _write_name) != keep("thing", ("2",), _write_name)


def test_an_interrupted_setup_leaves_nothing(tmp_path: Path) -> None:
    """What was interrupted halfway is removed, and is made anew by the next caller."""

    def stop_halfway(folder: Path) -> None:
        _write_name(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep("thing", ("1",), stop_halfway)
    assert list(tmp_path.rglob("name")) == []
    assert (keep("thing", ("1",), _write_name) / "name").is_file()


def test_the_slower_of_two_takes_what_the_faster_made() -> None:
    """Two set-ups at once end with one whole folder and no error."""

    def lose_the_race(folder: Path) -> None:
        keep("thing", ("1",), _write_name)
        _write_name(folder)

    folder = keep("thing", ("1",), lose_the_race)
    assert (folder / "name").read_text(encoding="utf-8") != folder.name
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
