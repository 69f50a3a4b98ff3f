"""What belongs to somebody, runs, or cannot be read is not harmed, nor passed over in silence."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

from hatch_sentry_modules.artifacts.inspection import inspect
from tests.artifacts import bundled
from tests.command_line import run

USER = 1234

pytestmark = pytest.mark.skipif(os.name == "nt", reason="owners and modes are another matter there")


@pytest.fixture
def place() -> Iterator[Path]:
    """Make a folder that every user can go through."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def acting_as(user: int) -> Iterator[None]:
    """Let the system refuse what it refuses a user."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)


def written(folder: Path, main: str) -> Path:
    """Write a zipapp by hand, whose start-up file stands first."""
    path = folder / "app.pyz"
    with ZipFile(path, "w") as file:
        file.writestr("__main__.py", main)
        file.writestr("late.py", "print('late')\n")
        file.writestr("flask-3.1.3.dist-info/METADATA", "Name: flask\nVersion: 3.1.3\n")
    return path


@pytest.mark.parametrize("options", [[], ["--activate"]])
def test_a_running_program_goes_on(options: list[str], place: Path) -> None:
    """It imports what it had not imported yet, also what stands behind its start-up file."""
    main = "import sys\nprint('up', flush=True)\nsys.stdin.readline()\nimport late\n"
    path = written(place, main)
    with subprocess.Popen(
        [sys.executable, "-I", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as app:
        assert app.stdout is not None
        assert app.stdout.readline() == "up\n"
        assert run("inject", *options, path).exit_code == 0
        assert app.communicate("\n", timeout=60) == ("late\n", "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can")
@pytest.mark.parametrize("kind", ["archive", "directory"])
def test_what_root_injects_belongs_to_the_user(kind: str, place: Path) -> None:
    """Owner and mode stay, and the user can read what is new, whatever mask root has."""
    main = "print('up')\n"
    if kind == "archive":
        path = written(place, main)
        path.chmod(0o700)
    else:
        path = bundled.application(place / "app")
        (path / "__main__.py").write_text(main, encoding="utf-8")
    for entry in (path, *path.rglob("*")):
        os.chown(entry, USER, USER)
    before = {entry: entry.stat() for entry in (path, *path.rglob("*"))}
    mask = os.umask(0o077)
    try:
        assert run("inject", "--activate", path).exit_code == 0
    finally:
        os.umask(mask)
    for entry in (path, *path.rglob("*")):
        status = entry.stat()
        assert (status.st_uid, status.st_gid) == (USER, USER), entry
        if entry in before:
            assert status.st_mode == before[entry].st_mode, entry
    with acting_as(USER):
        for entry in (path, *path.rglob("*")):
            assert entry.is_dir() or entry.read_bytes() is not None


def test_a_folder_that_cannot_be_listed(place: Path) -> None:
    """Inspect names it, and verify does not say that the rest agrees."""
    app = bundled.application(place / "app")
    assert run("verify", app).exit_code == 0  # and all that it imports is imported
    (app / "lib").mkdir()
    (app / "lib").chmod(0)
    with acting_as(USER):
        assert inspect(app).unread == ("lib: cannot be listed (Permission denied).",)
        result = run("verify", app)
    assert result.exit_code == 2, result.output
    assert "agrees with" not in result.output
    assert "whether the manifest agrees is not known" in result.stderr
    (app / "lib").chmod(0o755)
