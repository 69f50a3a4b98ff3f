"""``poetry.lock`` 1.x and 2.0 is walked to what Poetry itself installs from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.project import NOT_LOCKED
from tests import corpus
from tests.environments import LINUX
from tests.sources import poetry_locks
from tests.sources.poetry_locks import FIXTURES, WINDOWS, freeze, names

PROJECT = '[tool.poetry]\nname = "storefront"\nversion = "1.0.0"\n\n[tool.poetry.dependencies]\n'
INSTALLED = [
    (name, case)
    for name in ("forked-1.1", "forked-2.0")
    for case in json.loads((FIXTURES / name / "installed.json").read_text(encoding="utf-8"))
]


def package(
    name: str,
    *needs: str,
    version: str = "1.0",
    python: str = "*",
    extras: str = "",
    source: str = "",
) -> str:
    """Write one package of a lock file with what it needs."""
    lines = ["[[package]]", f'name = "{name}"', f'version = "{version}"']
    lines += [f'python-versions = "{python}"', "[package.dependencies]", *needs]
    lines += ["[package.extras]", extras] if extras else []
    lines += ["[package.source]", source] if source else []
    return "\n".join([*lines, ""])


def write(folder: Path, *packages: str, needs: str, **metadata: str) -> Path:
    """Write a lock file of version 2.0, and a project that needs something, into a folder."""
    metadata = {"lock-version": "2.0", **metadata}
    return poetry_locks.write(folder, *packages, pyproject=PROJECT + needs + "\n", **metadata)


def python(full: str) -> dict[str, str]:
    """Return the environment of a Python on Linux."""
    minor = full.rpartition(".")[0]
    return LINUX | {"python_full_version": full, "python_version": minor}


@pytest.mark.parametrize(
    ("name", "case"),
    INSTALLED,
    ids=[f"{n}-{c['python']}-{c['extras']}-{c['groups']}" for n, c in INSTALLED],
)
def test_what_poetry_would_install_is_frozen(name: str, case: dict[str, Any]) -> None:
    """``poetry install --dry-run`` of Poetry 1.1.15 and 1.8.5 said what they would install.

    One name has three versions, which only their Pythons tell apart; another two, between which
    the project decides for a dependency that allows both.
    """
    folder, environment = FIXTURES / name, python(case["python"])
    selection = {"extras": " ".join(case["extras"]), "groups": " ".join(case["groups"])}
    manifest = freeze(folder, environment, runtime=case["runtime"], **selection)
    assert corpus.listed(manifest) == case["modules"]
    assert manifest.warnings == ()
    found = names(folder, environment, runtime=case["runtime"], **selection)
    assert found == " ".join(case["modules"])


def test_groups_and_extras_of_a_real_lock() -> None:
    """What Poetry 1.8 wrote is selected by group, extra and platform."""
    real = FIXTURES / "real-2.0"
    assert names(real) == "certifi sentry-sdk urllib3"
    assert names(real, WINDOWS) == "certifi colorama sentry-sdk urllib3"
    assert names(real, extras="web") == "certifi idna sentry-sdk urllib3"
    assert names(real, groups="dev", runtime=False) == "iniconfig"


def test_keys_of_a_dependency_are_markers(tmp_path: Path) -> None:
    """``python``, ``platform`` and ``markers`` have to hold, all of them."""
    needs = """
a = { version = "*", python = "<3.10" }
b = { version = "*", platform = "win32" }
c = { version = "*", python = ">=3.10", markers = "os_name == 'nt'" }
d = [{ version = "*", python = "~3.9" }, { version = "*", python = "~3.11" }]
"""
    folder = write(tmp_path, *map(package, "abcd"), needs=needs)
    assert names(folder) == ""
    assert names(folder, WINDOWS) == "b c"
    assert names(folder, python("3.9.18")) == "a d"
    assert names(folder, python("3.11.7")) == "d"


def test_an_extra_adds_what_is_optional(tmp_path: Path) -> None:
    """By its marker; or by name, as Poetry 1.0 wrote it; or through other extras."""
    pool = package(
        "pool",
        "base = '*'",
        """marked = { version = "*", optional = true, markers = 'extra == "fast"' }""",
        """named = { version = "*", optional = true }""",
        """other = { version = "*", optional = true, markers = 'extra == "slow"' }""",
        extras="""fast = ["marked (>=1)", "named"]
slow = ["other"]
All = ["pool[fast]", "pool[slow]"]
both = ["pool[fast, slow] (>=1)"]""",
    )
    others = [package(name) for name in ("base", "marked", "named", "other")]
    for extras, expected in [
        ("", "base pool"),
        ('"fast"', "base marked named pool"),
        ('"slow"', "base other pool"),
        ('"fast", "slow"', "base marked named other pool"),
        ('"all"', "base marked named other pool"),
        ('"both"', "base marked named other pool"),
        ('"unknown"', "base pool"),
    ]:
        needs = f'pool = {{ version = "*", extras = [{extras}] }}'
        assert names(write(tmp_path, pool, *others, needs=needs)) == expected


def test_an_extra_can_be_asked_for_in_some_environments(tmp_path: Path) -> None:
    """The package is always there, what its extra adds is not."""
    needs = """pool = [
    { version = "*" },
    { version = "*", extras = ["fast"], markers = "os_name == 'nt'" },
]"""
    pool = package(
        "pool", """more = { version = "*", optional = true, markers = 'extra == "fast"' }"""
    )
    folder = write(tmp_path, pool, package("more"), needs=needs)
    assert names(folder) == "pool"
    assert names(folder, WINDOWS) == "more pool"


def test_circles_come_to_an_end(tmp_path: Path) -> None:
    """Packages may need each other, themselves, and the project."""
    folder = write(
        tmp_path,
        package("a", "b = '*'", "a = '*'"),
        package("b", "a = '*'", "storefront = '*'"),
        needs='A = "*"',
    )
    assert names(folder) == "a b"
    assert freeze(folder).skipped == {}


def test_what_was_not_locked_is_reported(tmp_path: Path) -> None:
    """A dependency that always holds is skipped with a reason; Poetry locks no others."""
    needs = 'a = "*"\nnew = "*"\nold = { version = "*", python = "<3" }'
    folder = write(tmp_path, package("a", "gone = '*'"), needs=needs)
    assert corpus.listed(freeze(folder)) == {"a": "1.0", "gone": None, "new": None}
    assert freeze(folder).skipped == {
        canonicalize_name("gone"): NOT_LOCKED,
        canonicalize_name("new"): NOT_LOCKED,
    }
    assert any("stale" in warning for warning in freeze(folder).warnings)


FORKS = [
    # What another dependency allows alone decides.
    (
        'x = [{ version = "^1", python = "<3.12" }, { version = "2.*", python = "^3.12" }]',
        [("x", "1.5", "*"), ("x", "2.5", "*")],
        {"3.11.7": "1.5", "3.12.8": "2.5"},
    ),
    # So it does where it is needed only sometimes; elsewhere the newest is taken.
    (
        """x = { version = "<2", markers = "python_version ~= '3.12' and os_name == 'nt'" }""",
        [("x", "1.5", "*"), ("x", "2.5", "*")],
        {"3.11.7": "2.5", "3.12.8": "2.5", "win32": "1.5"},
    ),
    # Nothing decides: the newest that runs on that Python.
    (
        'x = "*"',
        [("x", "1.5", ">=3.8"), ("x", "2.5", ">=3.10"), ("x", "3.0rc1", ">=3.12")],
        {"3.8.18": "1.5", "3.9.18": "1.5", "3.11.7": "2.5", "3.12.8": "3.0rc1"},
    ),
    # A version that is allowed alone everywhere leaves nothing to the others.
    (
        'x = "1.*"',
        [("x", "1.5", "*"), ("x", "2.5", "*")],
        {"3.11.7": "1.5", "win32": "1.5"},
    ),
]


@pytest.mark.parametrize(("needs", "locked", "expected"), FORKS)
def test_one_version_of_a_name_is_chosen(
    tmp_path: Path, needs: str, locked: list[tuple[str, str, str]], expected: dict[str, str]
) -> None:
    """Several are locked, and exactly one is installed in each environment."""
    forks = [package(name, version=v, python=runs_on) for name, v, runs_on in locked]
    folder = write(tmp_path, package("a", "x = '*'"), *forks, needs=f"{needs}\na = '*'")
    for where, version in expected.items():
        environment = WINDOWS if where == "win32" else python(where)
        assert corpus.listed(freeze(folder, environment)) == {"a": "1.0", "x": version}
        assert names(folder, environment) == "a x"


ORIGINS = [
    ('{ git = "https://git.example.org/x.git", rev = "one" }', "2.0"),
    ('{ git = "https://git.example.org/x.git", tag = "two" }', "3.0"),
    ('{ git = "https://git.example.org/y.git" }', "4.0"),
    ('{ url = "https://files.example.org/x-5.whl" }', "5.0"),
    ('{ path = "./libs/x" }', "6.0"),
    ('{ path = "wheels/x.whl" }', "7.0"),
    ('{ version = "*", source = "Private" }', "8.0"),
    ('{ version = "*", source = "pypi" }', "1.0"),
]


@pytest.mark.parametrize(("needed", "version"), ORIGINS)
def test_an_origin_chooses_the_version(tmp_path: Path, needed: str, version: str) -> None:
    """One name can be locked from several places; the address tells which is meant."""
    git = 'type = "git"\nurl = "https://git.example.org/'
    sources = {
        "1.0": "",
        "2.0": git + 'x.git"\nreference = "one"',
        "3.0": git + 'x.git"\nreference = "two"',
        "4.0": git + 'y.git"\nreference = "HEAD"',
        "5.0": 'type = "url"\nurl = "https://files.example.org/x-5.whl"',
        "6.0": 'type = "directory"\nurl = "libs/x"',
        "7.0": 'type = "file"\nurl = "wheels/x.whl"',
        "8.0": 'type = "legacy"\nurl = "https://index.example.org/simple"\nreference = "private"',
    }
    packages = [package("x", version=v, source=source) for v, source in sources.items()]
    folder = write(tmp_path, *packages, needs=f"x = {needed}")
    assert corpus.listed(freeze(folder, LINUX)) == {"x": version}


def test_a_marker_that_cannot_be_turned_around_is_an_error(tmp_path: Path) -> None:
    """The order of kernel releases has no opposite, so the versions cannot be told apart."""
    needs = 'x = { version = "<2", markers = "platform_release < \'6\'" }\na = "*"'
    forks = [package("x", version=version) for version in ("1.5", "2.5")]
    folder = write(tmp_path, package("a", "x = '*'"), *forks, needs=needs)
    with pytest.raises(
        SourceError, match=r"^poetry\.lock: package\[1\]\.version: is one of several"
    ):
        freeze(folder)


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        (
            "x = 1",
            "pyproject.toml: tool.poetry.dependencies.x: is neither a constraint nor a table.",
        ),
        ("x = ['*', 1]", "pyproject.toml: tool.poetry.dependencies.x[1]: is neither a constraint"),
        ("x = { optional = 1 }", "pyproject.toml: tool.poetry.dependencies.x.optional: is not a"),
        ("x = { python = 'new' }", "pyproject.toml: tool.poetry.dependencies.x.python: 'new' is"),
        ("x = { markers = 'x' }", "pyproject.toml: tool.poetry.dependencies.x.markers: 'x' is not"),
        ("'x/y' = '*'", "pyproject.toml: tool.poetry.dependencies."),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path: Path, needs: str, message: str) -> None:
    """A dependency that cannot be read stops the freeze."""
    with pytest.raises(SourceError) as caught:
        freeze(write(tmp_path, package("x"), needs=needs))
    assert str(caught.value).startswith(message)


def test_the_walk_begins_in_the_table_of_poetry(tmp_path: Path) -> None:
    """A project without it was not what Poetry 1 locked; an unknown group is not there either."""
    folder = write(tmp_path, package("x"), needs="x = '*'")
    with pytest.raises(SourceError, match=r"it holds no dependency group 'tset'\. The nearest is"):
        freeze(folder, groups="tset")
    other = '[project]\nname = "storefront"\nversion = "1"\ndependencies = ["x"]\n'
    (folder / "pyproject.toml").write_text(other, encoding="utf-8")
    with pytest.raises(SourceError, match=r"tool\.poetry\.dependencies: is missing, so the lock"):
        freeze(folder)
