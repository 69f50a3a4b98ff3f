"""What the messages of errors say, and what they keep to themselves."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hatch_sentry_modules.errors import unwritable


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
