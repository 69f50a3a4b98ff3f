"""The configuration table: every mistake at once, each with its full path."""

from __future__ import annotations

from typing import Any

import pytest

from hatch_sentry_modules import config, layout
from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.errors import ConfigError


def document(shared: dict[str, Any] | None = None, hatch: dict[str, Any] | None = None) -> Table:
    """Make a ``pyproject.toml`` with the given tables."""
    tool: dict[str, Any] = {}
    if shared is not None:
        tool["sentry-modules"] = shared
    if hatch is not None:
        tool["hatch"] = {"build": {"hooks": {"sentry-modules": hatch}}}
    return Table({"tool": tool}, Place("pyproject.toml"))


def test_nothing_configured_gives_the_defaults() -> None:
    """A project that says nothing gets what DESIGN.md promises."""
    read = config.read(document())
    assert read == config.Config(
        source="auto",
        path=None,
        extras=frozenset(),
        groups=frozenset(),
        exclude=(),
        required=True,
        sbom=False,
    )


@pytest.mark.parametrize("table", ["shared", "hatch"])
def test_either_table_holds_the_options(table: str) -> None:
    """Hatch's own one switches the hook on, and may hold them beside hatchling's keys."""
    options = {"source": "pylock.toml", "extras": ["Big_Data"], "exclude": ["acme-*"]}
    hatch: dict[str, Any] = {"dependencies": ["hatch-sentry-modules"]}
    tables = {"hatch": hatch, table: {**options, **(hatch if table == "hatch" else {})}}
    read = config.read(document(**tables))
    assert read.source == "pylock.toml"
    assert read.extras == {"big-data"}
    assert read.exclude == ("acme-*",)


def test_two_tables_do_not_both_hold_options() -> None:
    """Which of them counts would be a guess."""
    both = document(shared={"required": False}, hatch={"required": True})
    with pytest.raises(ConfigError, match=r"both hold options\. Keep them in one of the two\."):
        config.read(both)


def test_every_mistake_is_reported_at_once() -> None:
    """Each mistake has its full TOML path, and an unknown key its nearest."""
    wrong = {
        "sorce": "uv.lock",
        "required": "yes",
        "extras": "all",
        "groups": ["not a name"],
        "path": "../outside.py",
        "exclude": [1],
        "source": "",
    }
    with pytest.raises(ConfigError) as caught:
        config.read(document(shared=wrong))
    message = str(caught.value)
    assert message.startswith("pyproject.toml: ")
    for key in wrong:
        assert f"tool.sentry-modules.{key}: " in message
    assert "unknown option, the nearest is 'source'" in message
    assert "\n" not in message


PLACES = ["/b.py", "a\\b.py", "a/../b.py", "a/class-x/b.py", "a/b.py/", "a/x-b.py", "b.pyc"]


@pytest.mark.parametrize(
    "path", [*(place.replace("b.py", layout.FILE_NAME) for place in PLACES), "a/module.py", 3, ""]
)
def test_a_path_stays_in_the_wheel(path: object) -> None:
    """Only a path that Python can import from the wheel is taken."""
    with pytest.raises(ConfigError, match=r"tool\.sentry-modules\.path"):
        config.read(document(shared={"path": path}))


def test_a_mistake_in_hatchs_table_names_that_table() -> None:
    """Its full path is where the user has to look."""
    with pytest.raises(ConfigError, match=r"tool\.hatch\.build\.hooks\.sentry-modules\.sbom: must"):
        config.read(document(hatch={"sbom": 1}))


def test_hatchs_other_tables_hold_no_options() -> None:
    """A target's own table, and that of hatch.toml, are read by one build alone."""
    wheel = {"wheel": {"hooks": {"sentry-modules": {"sbom": True}}}}
    target = {"tool": {"hatch": {"build": {"targets": wheel}}}}
    fault = r"hooks\.sentry-modules\.sbom: stands where .* move it to \[tool\.sentry-modules\]"
    with pytest.raises(ConfigError, match=fault):
        config.read(Table(target, Place("pyproject.toml")))
    for own in ({}, {"sbom": False}):
        with pytest.raises(ConfigError, match=fault):
            config.read(document(hatch=own), {"sbom": True})


def test_a_pattern_is_no_longer_than_a_name() -> None:
    """To match a long one of brackets takes the square of its length."""
    assert config.read(document(shared={"exclude": ["a" * 256]})).exclude == ("a" * 256,)
    with pytest.raises(ConfigError, match="exclude: must hold patterns of at most 256 characters"):
        config.read(document(shared={"exclude": ["[" * 257]}))


@pytest.mark.parametrize("pattern", ["acme-[!\N{LATIN SMALL LETTER U WITH DIAERESIS}]*", "a\n*"])
def test_a_pattern_is_one_that_the_run_time_side_takes(pattern: str) -> None:
    """It would leave names out of the manifest, but not off an event."""
    with pytest.raises(ConfigError, match="exclude: must hold patterns of ASCII letters"):
        config.read(document(shared={"exclude": [pattern]}))
