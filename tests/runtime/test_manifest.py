"""What is made of a generated module, however it is broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sentry_modules.__main__ import skipped
from sentry_modules.decision import Decision
from sentry_modules.manifest import Manifest, UnusableManifestError, normalize
from sentry_modules.modules import choose

from tests.runtime.hostile import NO_DOCUMENTS, NO_TABLES, SOUND


def parse(document: object = None, applies: object = (), **more: Any) -> Manifest:
    """Parse the globals of a generated module."""
    text = json.dumps({"modules": SOUND, **more}) if document is None else document
    names = {"MANIFEST": text, "APPLIES": applies, "__file__": "/srv/acme/_sentry_modules.py"}
    return Manifest("acme._sentry_modules", names)


def test_a_sound_manifest() -> None:
    """Everything that the format names is there, and nothing is counted as malformed."""
    found = parse(
        project="acme-app",
        source="uv.lock",
        omitted=["far==1"],
        exclude=["acme_*", "Zope.*"],
        injected=True,
        skipped=[{"name": "acme-core", "reason": "no version"}],
    )
    assert found.carried == SOUND
    assert found.modules == {**SOUND, "far": "1"}
    assert found.name_of("far") == "far"
    assert (found.source, found.project, found.root) == ("uv.lock", "acme-app", "/srv")
    assert found.omitted == ["far==1"]
    assert found.exclude == ["acme-*", "zope-*"]
    assert found.is_injected
    assert skipped(found) == {"acme-core": "no version"}
    assert found.faults == 0


def test_a_newer_format() -> None:
    """An unknown format is read as the newest known, and what it adds is not looked at."""
    assert parse(**{"sentry-modules": 99, "novelty": {}}).modules == SOUND


def test_conditions_hold_one_by_one() -> None:
    """What holds in this environment is listed, in the place of what holds everywhere."""
    names = ["colorama", "tzdata", "flask", None, "late", ["x"]]
    conditional: list[Any] = [{"name": name, "version": "9"} for name in names]
    conditional[4] = "late"
    found = parse(applies=[True, False, True, True, True, True], conditional=conditional)
    assert found.modules == {**SOUND, "colorama": "9", "flask": "9"}
    assert found.faults == 1, "those that are no entries count as one"


@pytest.mark.parametrize("applies", [None, "yes", [1], [None], [], (True,), {0: True}])
def test_no_verdict_is_no_entry(applies: object) -> None:
    """A condition without a plain ``True`` beside it does not hold."""
    found = parse(applies=applies, conditional=[{"name": "colorama", "version": "1"}])
    assert found.modules == SOUND


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("", "1"),
        ("fl\nask", "1"),
        ("fl\x1b[31mask", "1"),
        ("flask\x7f", "1"),
        ("fläsk", "1"),
        ("\ud800", "1"),
        ("f" * 1000, "1"),
        ("x", None),
        ("x", 1.5),
        ("x", float("nan")),
        ("x", 10**400),
        ("x", ""),
        ("x", ["1"]),
        ("x", {"1": "2"}),
        ("x", "1\n"),
        ("x", "1\x00"),
        ("x", "\udfff"),
        ("x", "1" * 100_000),
    ],
)
def test_a_malformed_entry_is_left_out_alone(name: str, version: object) -> None:
    """The entries beside it are used, and the log can say that one is missing."""
    found = parse(modules={**SOUND, name: version})
    assert found.modules == SOUND
    assert found.faults == 1


def test_deletion_is_a_control_character_without_an_escape() -> None:
    """JSON lets it stand as it is, and it is left out as the others are."""
    found = parse('{"modules": {"flask": "3.1.3", "click": "8.1\x7f"}}')
    assert found.modules == {"flask": "3.1.3"}


def test_names_are_found_by_any_spelling() -> None:
    """Names may be listed as the metadata spells them; one that is spelled as asked for wins."""
    listed = {"typing_extensions": "4", "zope.interface": "7", "zope-interface": "6", "A--b": "1"}
    found = parse(modules=listed)
    assert found.modules == listed
    forms = ("typing-extensions", "zope-interface", "a-b", "flask")
    assert list(map(found.name_of, forms)) == ["typing_extensions", "zope-interface", "A--b", None]


@pytest.mark.parametrize("name", ["a_b", "a.b", "a--b", "A-b"])
def test_a_name_that_is_not_normalized(name: str) -> None:
    """It is found by its normalized form, also where all others are normalized."""
    assert parse(modules={**SOUND, name: "1"}).name_of("a-b") == name


@pytest.mark.parametrize("table", NO_TABLES)
def test_no_entry_at_all(table: object) -> None:
    """A manifest without one well-formed entry is none, and says so."""
    with pytest.raises(UnusableManifestError):
        parse(modules=table)


@pytest.mark.parametrize("document", [d for d in NO_DOCUMENTS if d is not None])
def test_no_document(document: object) -> None:
    """A constant that holds no document is none; a deep one may be the caller's own recursion."""
    with pytest.raises((UnusableManifestError, RecursionError)):
        parse(document)


def test_the_other_keys_are_malformed() -> None:
    """What makes no sense beside the table is as good as absent."""
    found = parse(
        project=1,
        source=[],
        omitted=[1, None, "x", "==", "a==", "==1"],
        skipped=[2, {"name": 1}],
        exclude=[[], 1],
    )
    assert (found.project, found.source, found.exclude) == ("", "", [])
    assert found.modules is found.carried
    assert skipped(found) == {}


@pytest.mark.parametrize(
    ("name", "normalized"),
    [("Flask", "flask"), ("a.-_b", "a-b"), ("zope.interface", "zope-interface"), ("x--y", "x-y")],
)
def test_normalize(name: str, normalized: str) -> None:
    """Runs of dots, hyphens and underscores are one hyphen, as PEP 503 has it."""
    assert normalize(name) == normalized


def test_everything_can_be_excluded() -> None:
    """Then nothing is listed, and the patterns hold for what else an event could carry."""
    found = parse(modules={}, exclude=["*"])
    assert found.carried == {}
    assert found.exclude == ["*"]
    assert choose(Decision(found, None, ""), combine=False).versions == {}
