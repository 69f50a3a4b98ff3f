"""Conflict markers of ``uv.lock`` are judged as uv judges them, for every environment at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import tomli

from hatch_sentry_modules import render
from hatch_sentry_modules.errors import FreezeError, SourceError
from tests import documents
from tests.sources.uv_projects import APP, FIXTURES, environment, freeze, package, pins, write


@pytest.mark.parametrize(
    ("selection", "linux", "windows"),
    [
        ({}, "idna==3.10", "idna==3.10"),
        ({"extras": "a"}, "idna==3.10", "idna==3.10"),
        ({"extras": "b"}, "idna==3.7", "idna==3.7 zipp==4.1.2"),
        ({"groups": "g1"}, "idna==3.10 itsdangerous==2.2.0", "idna==3.10 itsdangerous==2.2.0"),
        ({"groups": "g2"}, "idna==3.10 itsdangerous==2.1.2", "idna==3.10 itsdangerous==2.1.2"),
        (
            {"groups": "g3"},
            "idna==3.10 itsdangerous==2.2.0",
            "idna==3.7 itsdangerous==2.2.0 zipp==4.1.2",
        ),
    ],
)
def test_extras_that_exclude_one_another_are_told_apart(
    selection: dict[str, Any], linux: str, windows: str
) -> None:
    """``uv sync --dry-run --python-platform`` lists the same; g3 activates b on Windows alone."""
    for platform, expected in (("linux", linux), ("windows", windows)):
        found = pins(FIXTURES / "conflicts", environment(platform), **selection)
        kept = [pin for pin in found.split() if pin.startswith(("idna", "itsd", "zipp"))]
        assert " ".join(kept) == expected


@pytest.mark.parametrize(
    "selection",
    [
        {"groups": "g1 g2"},
        {"extras": "a", "groups": "g3"},
        {"extras": "a b"},
    ],
)
def test_what_excludes_one_another_is_refused_together(selection: dict[str, Any]) -> None:
    """As uv does, rather than to list what nobody can install."""
    with pytest.raises(SourceError, match=r"conflicts: 'cf-\w+' excludes 'cf-\w+'"):
        freeze(FIXTURES / "conflicts", **selection)


@pytest.mark.parametrize(
    ("platform", "python", "expected"),
    [
        ("linux", "3.10.13", "idna==3.10"),
        ("linux", "3.12.1", "idna==3.7 zipp==3.23.0"),
        ("linux", "3.13.0", "idna==3.7"),
        ("macos", "3.12.1", "idna==3.10"),
        ("macos", "3.13.0", "idna==3.10"),
        # Here uv itself stops: it takes both extras for active, though only one is asked for.
        ("windows", "3.12.1", "idna==3.10 zipp==3.22.0"),
    ],
)
def test_an_extra_that_is_active_somewhere_excludes_its_rival_there(
    platform: str, python: str, expected: str
) -> None:
    """One universal module is right where the extra is active and where it is not.

    The versions are those of ``uv sync --dry-run`` with these platforms and Pythons.
    """
    found = pins(FIXTURES / "accelerated", environment(platform, python))
    expected = f"accelerated==1.0.0 {expected} lib==3.0.0"
    assert found.split() == sorted(expected.split())


def test_a_condition_without_an_opposite_is_refused(tmp_path: Path) -> None:
    """Where it cannot be said when an extra is not active, the message says so."""
    conflicts = (
        'conflicts = [[{ package = "lib", extra = "a" }, { package = "lib", extra = "b" }]]\n'
    )
    lib = package(
        "lib",
        'dependencies = [{ name = "one", marker = "extra != \'extra-3-lib-a\'" }]\n'
        "[package.optional-dependencies]\na = []\nb = []\n",
    )
    marker = "platform_release >= '6' and extra == 'extra-3-lib-a'"
    entry = f'dependencies = [{{ name = "lib", extra = ["a"], marker = "{marker}" }}]\n'
    root = write(tmp_path, conflicts + APP + entry + lib + package("one"))
    with pytest.raises(SourceError, match=r"dependencies\[0\].marker: .* has no opposite"):
        freeze(root)


def test_every_spoilt_value_of_a_forked_lock_is_refused_or_harmless(tmp_path: Path) -> None:
    """No value among conflicts and forks ends in anything but a result or a message."""
    shutil.copy(FIXTURES / "conflicts" / "pyproject.toml", tmp_path)
    document = tomli.loads((FIXTURES / "conflicts" / "uv.lock").read_text(encoding="utf-8"))
    spoilt: list[Any] = [True, 1.5, "text", [], [[]], {}, "x' or extra == 'group-2-cf-g1", "cf"]
    refused = 0
    for path in documents.varied(document, 1):
        for value in spoilt:
            text = documents.to_toml(documents.changed(document, path, value))
            (tmp_path / "uv.lock").write_text(text, encoding="utf-8")
            try:
                render.to_python(freeze(tmp_path, extras="b", groups="g1 g3"))
            except FreezeError:
                refused += 1
    assert refused
