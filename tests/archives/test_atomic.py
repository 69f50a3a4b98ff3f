"""A file gets into its place only when it is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
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


@pytest.mark.skipif(os.name != "nt", reason="elsewhere it takes the mode of the old file")
def test_on_windows_it_is_for_whom_the_folder_is(tmp_path: Path) -> None:
    """What is moved there keeps the permissions that it was made with."""
    with replacing(tmp_path / "new") as new:
        new.write_bytes(b"new")
    (tmp_path / "plain").write_bytes(b"new")
    icacls = str(shutil.which("icacls"))
    shown = [
        subprocess.run([icacls, name], cwd=tmp_path, capture_output=True, text=True, check=True)
        for name in ("new", "plain")
    ]
    assert shown[0].stdout.replace("new", "") == shown[1].stdout.replace("plain", "")


@pytest.mark.skipif(os.name == "nt", reason="it has no such modes")
def test_nobody_else_reads_what_is_not_in_its_place(tmp_path: Path) -> None:
    """The old file can be for its owner alone."""
    with replacing(tmp_path / "file") as new:
        assert new.parent.stat().st_mode & 0o777 == 0o700
        new.write_bytes(b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
