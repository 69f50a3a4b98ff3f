"""Poetry's constraints mean here what poetry-core says they mean."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier

from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.sources.poetry.syntax import (
    allows,
    parse_constraint,
    read_constraint,
    read_marker,
    read_platform_marker,
    read_python_marker,
)

ORACLE = Path(__file__).with_name("poetry_oracle.py")
OPERATORS = ["", "^", "~", "~=", "=", "==", "!=", "<", ">", "<=", ">=", "^ ", ">= "]
ENDS = ["", "", "", "", "a1", "rc2", ".post1", ".dev1"]
PYTHONS = ["2.7.18", "3.7.0", "3.8.0", "3.8.18", "3.9.1", "3.10.13", "3.12.1", "3.13.0", "4.0.1"]
PYTHON_CONSTRAINTS = [
    "^3.8", "~3.8", "~3", "^3", "3.8", "==3.8", "!=3.8", "3.8.*", "!=3.8.*", "3.*", "~=3.8",
    ">3.8", "<=3.8", "<3.8", ">=3.8", ">=3.8.1", "<3.8.18", ">3.8.0", "<=3.8.18", "==3.8.18",
    "~3.8.1", "^3.8.1", "~=3.8.1", "*", ">=3.8,<3.10 || >=3.12", "~2.7 || ^3.9", "<3.8|>3.10",
    ">=3.8 <3.13", "!=3.9.*,>=3.8",
]  # fmt: skip


def ask(**questions: list[Any]) -> dict[str, list[bool]]:
    """Put questions to poetry-core."""
    done = subprocess.run(
        [sys.executable, str(ORACLE)],
        input=json.dumps({"allows": [], "is_needed": [], **questions}),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return dict(json.loads(done.stdout))


def random_constraint(source: random.Random) -> str:
    """Write a constraint at random, of up to three parts in up to two alternatives."""
    alternatives = []
    for _ in range(source.choice([1, 1, 1, 2])):
        parts = [random_part(source) for _ in range(source.choice([1, 1, 2, 3]))]
        alternatives.append(source.choice([",", ", ", " "]).join(parts))
    return source.choice(["||", " || ", "|", " | "]).join(alternatives)


def random_part(source: random.Random) -> str:
    """Write one comparison, or a wildcard."""
    release = ".".join(str(source.randrange(4)) for _ in range(source.randrange(1, 5)))
    if source.random() < 0.1:
        return "*"
    if source.random() < 0.2:
        return source.choice(["", "==", "!="]) + ".".join(release.split(".")[:3]) + ".*"
    return source.choice(OPERATORS) + release + source.choice(ENDS)


def test_constraints_allow_what_poetry_core_allows() -> None:
    """Two thousand random constraints, each with a random version, are judged alike."""
    source = random.Random(20)  # noqa: S311  # the same cases each time
    pairs = [
        (random_constraint(source), random_part(source).lstrip("^~=!<> ")) for _ in range(3000)
    ]
    pairs = [(text, version) for text, version in pairs if "*" not in version]
    expected = ask(allows=pairs)["allows"]
    assert len(pairs) > 2000
    assert any(expected)
    assert not all(expected)
    found = [allows(parse_constraint(text), version) for text, version in pairs]
    assert [
        pair for pair, ours, theirs in zip(pairs, found, expected, strict=True) if ours != theirs
    ] == []


def test_constraints_on_python_become_the_markers_of_poetry_core() -> None:
    """A dependency's key ``python`` holds on the Pythons on which it does for Poetry."""
    pairs = [
        (text, {"python_version": full.rpartition(".")[0], "python_full_version": full})
        for text in PYTHON_CONSTRAINTS
        for full in PYTHONS
    ]
    expected = ask(is_needed=pairs)["is_needed"]
    found = []
    for text, environment in pairs:
        marker = read_python_marker(Table({"python": text}, Place("test.lock")))
        found.append(marker if isinstance(marker, bool) else Marker(marker).evaluate(environment))
    assert dict(zip(map(str, pairs), found, strict=True)) == dict(
        zip(map(str, pairs), expected, strict=True)
    )


@pytest.mark.parametrize(
    "text",
    ["^", ">=", "nonsense", "1.0 - 2.0", "<>1.0", "===1.0", "^1.*.2", "1.0'\n", "9" * 2000, "^x.1"],
)
def test_what_is_no_constraint_is_an_error(text: str) -> None:
    """The message names the place, and shows no more than is safe to show."""
    with pytest.raises(InvalidSpecifier):
        parse_constraint(text)
    with pytest.raises(
        SourceError, match=r"^test\.lock: version: .* is not a constraint"
    ) as caught:
        read_constraint(Table({"version": text}, Place("test.lock")), "version")
    assert str(caught.value).isprintable()


def test_dev_is_the_lowest_version() -> None:
    """Some old metadata asks for ``>dev``, by which it means any version."""
    assert allows(parse_constraint(">dev"), "2021.1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, True),
        ("", True),
        ("*", True),
        ("<empty>", False),
        ('extra == "web"', True),
        ('extra != "web"', False),
        ('os_name == "nt" and extra == "web"', 'os_name == "nt"'),
    ],
)
def test_markers_have_two_words_of_poetrys_own(text: str | None, expected: str | bool) -> None:
    """Poetry writes down that a marker always or never holds."""
    table = Table({} if text is None else {"markers": text}, Place("test.lock"))
    assert read_marker(table, extras=frozenset({"web"})) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", True),
        ("win32", 'sys_platform == "win32"'),
        ("==win32", 'sys_platform == "win32"'),
        ("linux || darwin", 'sys_platform == "linux" or sys_platform == "darwin"'),
        ("!=win32,!=cygwin", 'sys_platform != "win32" and sys_platform != "cygwin"'),
    ],
)
def test_platforms_become_markers(text: str, expected: str | bool) -> None:
    """The key ``platform`` speaks of ``sys.platform``."""
    assert read_platform_marker(Table({"platform": text}, Place("test.lock"))) == expected
