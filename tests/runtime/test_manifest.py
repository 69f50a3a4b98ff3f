"""What is made of a generated module, however it is broken."""

from __future__ import annotations

from typing import Any

import pytest
from sentry_modules.manifest import Manifest, UnusableManifestError, normalize

from tests.runtime.documents import namespace
from tests.runtime.hostile import SOUND, HostileText


def parse(modules: Any = SOUND, **keys: Any) -> Manifest:
    """Parse the globals of a generated module."""
    return Manifest(
        "acme._sentry_modules",
        {**namespace(modules, **keys), "__file__": "/srv/acme/_sentry_modules.py"},
    )


def test_a_sound_manifest() -> None:
    """Everything that the format names is there, and nothing is counted as malformed."""
    skipped = [{"name": "acme-core", "reason": "no version"}]
    found = parse(omit=["certifi"], skipped=skipped)
    assert found.modules == SOUND
    assert (found.source, found.project, found.root) == ("uv.lock", "acme-app", "/srv")
    assert list(found.omit()) == ["certifi"]
    assert found.skipped() == {"acme-core": "no version"}
    assert found.faults == 0


def test_a_newer_format() -> None:
    """An unknown format is read as the newest known, and what it adds is not looked at."""
    assert parse(**{"sentry-modules": 99, "novelty": {}}).modules == SOUND


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("", "1"),
        ("fl\nask", "1"),
        ("fl ask", "1"),
        ("fläsk", "1"),
        ("\ud800", "1"),
        ("f" * 1000, "1"),
        ("x", None),
        ("x", 1.5),
        ("x", float("nan")),
        ("x", ""),
        ("x", ["1"]),
        ("x", "1\n"),
        ("x", "1 2"),
        ("x", "\udfff"),
        ("x", "1" * 100_000),
    ],
)
def test_a_malformed_entry_is_left_out_alone(name: object, version: object) -> None:
    """The entries beside it are used, and the log can say that one is missing."""
    found = parse({**SOUND, name: version})
    assert found.modules == SOUND
    assert found.faults == 1


def test_names_are_one_of_each_normalized_form() -> None:
    """Names may be listed as the metadata spells them, and are found by any spelling."""
    found = parse(
        {
            "typing_extensions": "4",
            "zope.interface": "7",
            "zope-interface": "6",
            "a--b": "1",
        }
    )
    assert found.modules == {"typing_extensions": "4", "zope-interface": "6", "a--b": "1"}
    assert found.aliases == {"typing-extensions": "typing_extensions", "a-b": "a--b"}


@pytest.mark.parametrize("table", [None, [], "flask", {}, {"1": 2}])
def test_nothing_that_can_be_used(table: object) -> None:
    """A manifest without one well-formed entry is none, and says so."""
    with pytest.raises(UnusableManifestError):
        parse(table)


@pytest.mark.parametrize(
    "constant",
    [
        None,
        1,
        b"{}",
        "",
        "{",
        "[]",
        "3",
        "[" * 100_000,
        '{"modules": 3}',
        "x" * (1 << 23),
        HostileText("{}"),
    ],
    ids=range(11),
)
def test_a_constant_that_is_no_document(constant: object) -> None:
    """What is no text, no JSON, nested without end or too long is no manifest."""
    with pytest.raises(UnusableManifestError):
        Manifest("acme._sentry_modules", {"MANIFEST": constant})


def test_a_condition_belongs_to_its_entry_alone() -> None:
    """A malformed entry moves no verdict to another, and what has no verdict does not apply."""
    names = namespace(
        SOUND,
        conditional=[
            {"name": "a", "version": "1"},
            3,
            {"name": "b", "version": "2"},
            {"name": "c", "version": "3"},
            {"name": "d", "version": "4"},
        ],
    )
    found = Manifest("_sentry_modules", {**names, "APPLIES": [True, True, False, True]})
    assert found.modules == {**SOUND, "a": "1", "c": "3"}
    assert found.faults == 1


def test_the_other_names_are_malformed() -> None:
    """Names beside the table that make no sense are as good as absent."""
    found = parse(project=1, source={}, omit=[1, None], skipped=[2])
    assert (found.project, found.source) == ("", "")
    assert list(found.omit()) == []
    assert found.skipped() == {}


@pytest.mark.parametrize(
    ("name", "normalized"),
    [("Flask", "flask"), ("a.-_b", "a-b"), ("zope.interface", "zope-interface"), ("x--y", "x-y")],
)
def test_normalize(name: str, normalized: str) -> None:
    """Runs of dots, hyphens and underscores are one hyphen, as PEP 503 has it."""
    assert normalize(name) == normalized
