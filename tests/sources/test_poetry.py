"""``poetry.lock`` 2.1 is read by its groups and markers, and a stale one of any age is noticed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from hatch_sentry_modules.errors import FreezeError, RefusedEnvironmentError, SourceError
from hatch_sentry_modules.project import NO_VERSION
from tests import corpus
from tests.environments import LINUX
from tests.sources import poetry_locks
from tests.sources.poetry_locks import FIXTURES, WINDOWS, freeze, names, package

PYPROJECT = """
[project]
name = "storefront"
version = "1.0.0"

[dependency-groups]
empty = []

[tool.poetry.group.Old_Style.dependencies]
"""


def write(folder: Path, *packages: str, pyproject: str = PYPROJECT, **metadata: str) -> Path:
    """Write a lock file of version 2.1, and a project beside it, into a folder."""
    return poetry_locks.write(folder, *packages, pyproject=pyproject, **metadata)


def test_groups_and_extras_of_a_real_lock() -> None:
    """What Poetry 2 wrote is selected by group, extra and platform."""
    real = FIXTURES / "real"
    runtime = "certifi sentry-sdk urllib3"
    assert names(real) == runtime
    assert names(real, WINDOWS) == "certifi colorama sentry-sdk urllib3"
    assert names(real, extras="web") == "certifi idna sentry-sdk urllib3"
    assert names(real, groups="dev") == "certifi iniconfig sentry-sdk urllib3"
    assert names(real, groups="dev", runtime=False) == "iniconfig"
    assert freeze(real).warnings == ()


def test_each_group_has_its_own_marker(tmp_path: Path) -> None:
    """A table holds the markers that differ; a group that is not in it needs the package always."""
    markers = """markers = {main = "os_name == 'nt'", dev = "os_name == 'java'"}"""
    folder = write(tmp_path, package("colorama", markers, groups='["main", "dev", "docs"]'))
    assert names(folder) == ""
    assert names(folder, WINDOWS) == "colorama"
    assert names(folder, groups="dev") == ""
    assert names(folder, WINDOWS, groups="dev") == "colorama"
    assert names(folder, WINDOWS, groups="dev", runtime=False) == ""
    assert names(folder, groups="docs") == "colorama"


def test_extras_stand_in_markers(tmp_path: Path) -> None:
    """An extra that was not asked for holds a package back, and can let another one in."""
    folder = write(
        tmp_path,
        package("with-web", """markers = 'extra == "web"'"""),
        package("without-web", """markers = 'extra != "web"'"""),
        package("web-on-windows", """markers = 'extra == "web" and os_name == "nt"'"""),
        package("never", 'markers = "<empty>"'),
        package("always", 'markers = "*"'),
    )
    assert names(folder) == "always without-web"
    assert names(folder, extras="web") == "always with-web"
    assert names(folder, WINDOWS, extras="web") == "always web-on-windows with-web"
    assert names(folder, extras="big-data") == "always without-web"


def test_one_name_in_several_versions(tmp_path: Path) -> None:
    """Each entry is there where its own marker holds."""
    folder = write(
        tmp_path,
        package("numpy", """markers = 'python_version < "3.10"'""", version="1.26.4"),
        package("numpy", """markers = 'python_version >= "3.10"'""", version="2.0.2"),
    )
    old = LINUX | {"python_version": "3.9", "python_full_version": "3.9.18"}
    assert corpus.listed(freeze(folder, LINUX)) == {"numpy": "2.0.2"}
    assert corpus.listed(freeze(folder, old)) == {"numpy": "1.26.4"}
    assert names(folder) == names(folder, old) == "numpy"


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"extras": "wbe"}, "it holds no extra 'wbe'. The nearest is 'web'."),
        ({"groups": "dve"}, "it holds no dependency group 'dve'. The nearest is 'dev'."),
        ({"package": "other"}, "it is of one project alone, and that is not 'other'."),
    ],
)
def test_what_the_file_does_not_hold_is_an_error(
    tmp_path: Path, selection: dict[str, Any], message: str
) -> None:
    """An unknown extra or group is refused with the nearest; other projects are not in it."""
    folder = write(tmp_path, package("certifi", groups='["main", "dev"]'))
    with pytest.raises(SourceError) as caught:
        freeze(folder, **selection)
    assert str(caught.value).startswith(f"poetry.lock: {message}")


def test_a_group_may_be_empty(tmp_path: Path) -> None:
    """A group that only ``pyproject.toml`` knows adds nothing, in either of its tables."""
    folder = write(tmp_path, package("certifi"))
    assert names(folder, groups="empty old-style") == "certifi"


@pytest.mark.parametrize(
    ("python", "is_refused"),
    [
        (">=3.8", False),
        ("^3.8", False),
        ("~3.12", False),
        ("~3.11", True),
        ("*", False),
        ("<3.12 || >3.12", False),
        ("~2.7 || ~3.11", True),
        (">=3.8,<=3.12", True),
    ],
)
def test_other_pythons_are_refused(tmp_path: Path, python: str, is_refused: bool) -> None:
    """Poetry locks for the Pythons of the project, and says nothing of others."""
    folder = write(tmp_path, package("certifi"), **{"python-versions": python})
    if is_refused:
        with pytest.raises(RefusedEnvironmentError):
            freeze(folder, LINUX)
    else:
        assert names(folder) == "certifi"


def test_a_folder_has_the_version_that_is_built(tmp_path: Path) -> None:
    """A folder's own version goes first; what was locked stands in where none can be read."""
    source = '[package.source]\ntype = "directory"\nurl = '
    folder = write(
        tmp_path,
        package("near", source + '"libs/near"', version="0.1"),
        package("far", source + '"../far"', version="0.2"),
        package("gone", source + '"libs/gone"', version="0.3"),
        package("renamed", source + '"libs/near"', version="0.4"),
        '[[package]]\nname = "bare"\ngroups = ["main"]\n',
    )
    (tmp_path / "libs" / "near").mkdir(parents=True)
    own = '[tool.poetry]\nname = "near"\nversion = "2.0"\n'
    (tmp_path / "libs" / "near" / "pyproject.toml").write_text(own, encoding="utf-8")
    assert corpus.listed(freeze(folder)) == {
        "bare": None, "far": "0.2", "gone": "0.3", "near": "2.0", "renamed": "0.4"
    }  # fmt: skip
    assert freeze(folder).skipped == {"bare": NO_VERSION}


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (
            {"lock-version": "3.0"},
            "metadata.lock-version: unsupported lock version '3.0' (supported: 1.x, 2.x)",
        ),
        (
            {"lock-version": "2"},
            "metadata.lock-version: unsupported lock version '2' (supported: 1.x, 2.x)",
        ),
        ({"python-versions": "new"}, "metadata.python-versions: 'new' is not a constraint"),
    ],
)
def test_other_formats_are_refused(tmp_path: Path, metadata: dict[str, str], message: str) -> None:
    """The message names the place, and what to do."""
    with pytest.raises(SourceError) as caught:
        freeze(write(tmp_path, package("certifi"), **metadata))
    assert str(caught.value).startswith(f"poetry.lock: {message}")


def test_a_file_without_its_end_is_refused(tmp_path: Path) -> None:
    """The version stands at the end of the file, so its absence tells of a cut."""
    write(tmp_path, package("certifi"))
    (tmp_path / "poetry.lock").write_text(package("certifi"), encoding="utf-8")
    with pytest.raises(SourceError, match=r"^poetry\.lock: metadata\.lock-version: is missing; "):
        freeze(tmp_path)


def test_a_package_without_groups_is_refused(tmp_path: Path) -> None:
    """In a file of version 2.1 it would otherwise be left out without a word."""
    folder = write(tmp_path, package("certifi", groups="[]"))
    with pytest.raises(SourceError, match=r"^poetry\.lock: package\[0\]\.groups: is missing or"):
        freeze(folder)


def test_a_newer_minor_version_is_read_with_a_warning(tmp_path: Path) -> None:
    """Poetry itself reads such a file, and warns."""
    folder = write(tmp_path, package("certifi"), **{"lock-version": "2.9"})
    assert corpus.listed(freeze(folder)) == {"certifi": "1.0"}
    assert "newer than 2.1" in freeze(folder).warnings[0]


def stale(folder: Path) -> bool:
    """Return whether freezing warns of a stale lock file."""
    return any("pyproject.toml has changed since" in text for text in freeze(folder).warnings)


@pytest.mark.parametrize("name", ["real", "real-2.0", "forked-1.1", "forked-2.0"])
@pytest.mark.parametrize(
    ("addition", "is_stale"),
    [
        ("", False),
        ("\n[tool.other]\nx = 1\n", False),
        ('\n[tool.poetry.group.new.dependencies]\nidna = "*"\n', True),
    ],
)
def test_a_changed_project_is_noticed(
    tmp_path: Path, name: str, addition: str, is_stale: bool
) -> None:
    """The hash that Poetry 1.1, 1.8 and 2 left in the file is computed anew."""
    shutil.copytree(FIXTURES / name, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "pyproject.toml"
    path.write_text(path.read_text(encoding="utf-8") + addition, encoding="utf-8")
    assert stale(tmp_path) is is_stale


def test_dependency_groups_count_since_poetry_2_3(tmp_path: Path) -> None:
    """The agreement sample has such groups, and was locked by Poetry 2.5."""
    sample = FIXTURES.parents[1] / "agreement"
    shutil.copy(sample / "poetry" / "poetry.lock", tmp_path)
    shutil.copy(sample / "pyproject.toml", tmp_path)
    assert not stale(tmp_path)
    path = tmp_path / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("iniconfig==", "iniconfig!="), encoding="utf-8")
    assert stale(tmp_path)


def test_a_file_that_recorded_nothing_is_stale_as_it_is_for_poetry(tmp_path: Path) -> None:
    """Without the hash nobody knows; nor is a date, which has no hash, an accident."""
    assert stale(write(tmp_path, package("certifi")))
    odd = PYPROJECT + "when = 2024-01-01\n"
    assert stale(write(tmp_path, package("certifi"), pyproject=odd, **{"content-hash": ""}))


def test_without_a_project_nothing_is_said_to_be_stale(tmp_path: Path) -> None:
    """A lock file of version 2.1 can be frozen by itself."""
    write(tmp_path, package("certifi"))
    (tmp_path / "pyproject.toml").unlink()
    assert freeze(tmp_path).warnings == ()


def test_every_error_is_one_of_ours(tmp_path: Path) -> None:
    """What pyproject.toml holds for Poetry is checked as the lock file is."""
    for text in ("[tool]\npoetry = 1", "[tool.poetry]\ngroup = 1", "[tool.poetry.group]\na = 1"):
        folder = write(tmp_path, package("certifi"), pyproject=f"{text}\n")
        with pytest.raises(FreezeError, match=r"^pyproject\.toml: tool\.poetry"):
            freeze(folder, groups="a")
