"""What a folder on the path holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sentry_modules.places import Place
from sentry_modules.running import is_editable


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


@pytest.mark.parametrize("entry", ["{}", "{}/", "{}//"])
def test_an_entry_equals_the_folder_of_its_files(tmp_path: Path, entry: str) -> None:
    """Importers join paths without a separator at the end; of the root folder nothing is left."""
    assert Place(entry.format(tmp_path.as_posix())).entry == tmp_path.as_posix()
    assert Place("/").entry == ""
    assert Place("/").has_folder("usr") is Path("/usr").is_dir()


ODD = [
    '{"url": 5, "dir_info": {"editable": true}}',
    '{"url": "", "dir_info": {"editable": true}}',
    '{"url": null, "dir_info": {"editable": true}}',
    '{"url": "https://index.example.org/", "dir_info": {"editable": true}}',
    '{"url": "file:///", "dir_info": {"editable": 1}}',
    '{"url": "file:///", "dir_info": "editable"}',
    '"editable"',
    '{"editable": ' + "[" * 200_000,
]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_an_odd_direct_url_is_of_no_editable_install(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the process runs, and however often it asks."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-1.dist-info").mkdir()
    (tmp_path / "a-1.dist-info" / "direct_url.json").write_text(text, encoding="utf-8")
    assert is_editable(Place(str(tmp_path)), "a-1.dist-info", str(tmp_path)) is False


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    """Somebody could have made one in the place of a file that metadata has."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes in folders")
    os.mkfifo(tmp_path / "RECORD")
    assert Place(str(tmp_path)).read("RECORD") == ""


def test_folders_are_listed_so_often_in_all(tmp_path: Path) -> None:
    """A home folder can be on the path, and it is not walked through."""
    for number in range(3 * 20 * 20):
        folder = tmp_path / f"a{number // 400}" / f"b{number // 20 % 20}" / f"c{number % 20}"
        folder.mkdir(parents=True)
        (folder / "_sentry_modules.py").touch()
    found = list(Place(str(tmp_path)).hidden_modules())
    assert 900 < len(found) < 1000, "each is a listing, and so is each folder above"
