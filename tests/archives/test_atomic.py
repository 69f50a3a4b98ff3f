"""A file gets into its place only when it is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hatch_sentry_modules.archives.atomic import replacing


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


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Linux has extended attributes")
def test_the_new_file_has_the_attributes_of_the_old_one(tmp_path: Path) -> None:
    """Owner, mode and extended attributes stay, as if the old file had been written to."""
    path = tmp_path / "app.pyz"
    path.write_text("old", encoding="ascii")
    path.chmod(0o754)
    os.utime(path, (1, 1))
    try:
        os.setxattr(path, "user.note", b"x")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    if os.geteuid() == 0:
        os.chown(path, 1234, 4321)
    before = path.stat()
    with replacing(path) as new:
        new.write_text("new", encoding="ascii")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert os.getxattr(path, "user.note") == b"x"
    assert after.st_mtime > 1
