"""Unusual places and times: no home, no temporary folder, odd clocks, locales, names and paths."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import Tally
from tests.faults import entrances, mounts, processes
from tests.faults.entrances import COMMANDS, ENTRANCES, OURS

EVERY = entrances.params(ENTRANCES)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its names and folders are other ones")

ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "no home": {"HOME": None, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None},
    "a home that is not there": {"HOME": "/not/there"},
    "the time of the first computers": {"SOURCE_DATE_EPOCH": "0"},
    "a locale without Unicode": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": None,
    },
}

NAMES = {
    "spaces and quotes": "a 'single' and \"double\" $HOME; `x` & y",
    "a line's end": "two\nlines",
    "Unicode": "Aλλ→ 汉字",
    "Latin-1": os.fsdecode(b"caf\xe9"),
    "very long": "/".join(["long" * 50] * 5),
}


def check(name: str, folder: Path, environment: Mapping[str, str | None]) -> None:
    """Hold that the result is the usual one."""
    before = entrances.results(folder)
    ended = processes.start_anew(name, folder, environment=environment)
    assert ended.status == 0, ended.said
    found = entrances.results(folder)
    assert found != before
    assert b"MANIFEST = " in b"".join(_contents(found))
    assert not entrances.left_over(folder)


def _contents(found: Mapping[str, object]) -> Iterator[bytes]:
    for value in found.values():
        if isinstance(value, dict):
            yield from _contents(value)
        elif isinstance(value, bytes):
            yield value


@pytest.mark.parametrize("surroundings", ENVIRONMENTS)
@pytest.mark.parametrize("name", EVERY)
def test_every_entrance_works(name: str, surroundings: str, tmp_path: Path, tally: Tally) -> None:
    """Without what it does not need, and where every file is from before 1980."""
    folder = entrances.lay_out(tmp_path / "w", name)
    if surroundings == "the time of the first computers":
        for path in (*(folder / "p").rglob("*"), *(folder / "out").rglob("*")):
            os.utime(path, (0, 0))
    check(name, folder, ENVIRONMENTS[surroundings])
    tally("unusual surroundings", {"right": 1})


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("name", entrances.params(OURS))
def test_every_path_works(name: str, kind: str, locale: str, tmp_path: Path, tally: Tally) -> None:
    """Whatever the folders are called that hold the project and the result."""
    try:
        folder = entrances.lay_out(tmp_path / NAMES[kind] / "w", name)
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    check(name, folder, {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    tally("unusual paths", {"right": 1})


@pytest.mark.parametrize("name", EVERY)
def test_no_temporary_folder(name: str, tmp_path: Path, tally: Tally) -> None:
    """The commands need none; a build says in one line that there is no place for it."""
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    # Its own folders stay as they are, and all that Python tries is on a disk that is read-only.
    prefix = mounts.read_only(*_tried(folder), writable=str(folder / "out"))
    ended = processes.start_anew(
        name, folder, before=prefix, environment={"TMPDIR": "/not/there", "TEMP": None, "TMP": None}
    )
    if name in COMMANDS:
        assert ended.status == 0, ended.said
        assert entrances.results(folder) != before
    else:
        assert ended.status != 0
        assert entrances.results(folder) == before
        if not name.startswith("setuptools"):  # which writes into the tree, read-only here
            (line,) = [line for line in ended.said.splitlines() if "temporary folder" in line]
            assert "cannot be written (No usable temporary directory found" in line
            assert "Traceback" not in ended.said
    tally("unusual surroundings", {"right": 1})


def _tried(folder: Path) -> list[str]:
    folders = ("/tmp", "/var/tmp", "/usr/tmp", str(folder / "p"))  # noqa: S108 - as tempfile does
    return [path for path in (*folders, tempfile.gettempdir()) if Path(path).is_dir()]


@pytest.mark.parametrize("name", ["x" * 255 + ".py", "x" * 250 + "/" + "y" * 3000])
def test_a_path_that_cannot_be(name: str, tmp_path: Path) -> None:
    """It is one line too."""
    from tests.command_line import refused

    folder = entrances.lay_out(tmp_path / "w", "freeze")
    line = refused("freeze", folder / "p", "-o", folder / "out" / name)
    assert "cannot be written (" in line
