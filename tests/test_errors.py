"""What the messages of errors say, and what they keep to themselves."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hatch_sentry_modules.errors import FreezeError, unwritable


def copying(source: Path, target: Path) -> shutil.Error:
    """Copy what cannot be copied whole."""
    with pytest.raises(shutil.Error) as caught:
        shutil.copytree(source, target)
    return caught.value


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_failed_copy_is_told_without_paths(tmp_path: Path) -> None:
    """A pipe, and what the system itself refuses, are named by the reason alone."""
    source = tmp_path / "app"
    source.mkdir()
    os.mkfifo(source / "pipe")
    told = str(unwritable("out", copying(source, tmp_path / "a")))
    assert told == "out: cannot be written (it holds a pipe or a device)."
    (source / "pipe").unlink()
    (source / "link").symlink_to(source / "nowhere")
    told = str(unwritable("out", copying(source, tmp_path / "b")))
    assert told == "out: cannot be written (No such file or directory)."


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("*.dist-info/RECORD", "*.dist-info/RECORD"),
        ("app/_sentry_modules.py", "app/_sentry_modules.py"),
        ("packages[3].wheels[0]", "packages[3].wheels[0]"),
        ("sources.'/home/me/app'", "sources.'..."),
        ("https://user:word@host.example.org/x", "https..."),
        ("a.'../../x'", "a.'....."),
        ("a\x1b[31m", "a..."),
    ],
)
def test_a_place_is_shown_as_far_as_it_is_no_address(place: str, shown: str) -> None:
    """A path inside an artifact is whole; a key that is an address or a path is cut off."""
    assert str(FreezeError(file="x", place=place, fault="is wrong")) == f"x: {shown}: is wrong."


def test_the_reason_that_windows_gives_is_shown() -> None:
    """Its number means something only there, and its path is shown nowhere."""
    text = "[WinError 1314] A required privilege is not held by the client: 'C:\\\\secret'"
    told = str(unwritable("out", shutil.Error([("a", "b", text)])))
    assert told == "out: cannot be written (A required privilege is not held by the client)."
