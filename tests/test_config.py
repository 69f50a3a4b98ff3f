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


def test_one_table_holds_the_options() -> None:
    """Hatch's own one switches the hook on, and may hold hatchling's keys."""
    options = {"source": "pylock.toml", "extras": ["Big_Data"], "exclude": ["acme-*"]}
    read = config.read(document(shared=options, hatch={"dependencies": ["hatch-sentry-modules"]}))
    assert read.source == "pylock.toml"
    assert read.extras == {"big-data"}
    assert read.exclude == ("acme-*",)


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
    """It can stand in three places, of which the command line knows one."""
    wheel = {"wheel": {"hooks": {"sentry-modules": {"sbom": True}}}}
    target = {"tool": {"hatch": {"build": {"targets": wheel}}}}
    with pytest.raises(ConfigError, match=r"sbom: options stand in .* move it there"):
        config.read(Table(target, Place("pyproject.toml")))
    fault = r"hooks\.sentry-modules\.sbom: options stand in \[tool"
    with pytest.raises(ConfigError, match=fault):
        config.read(document(hatch={"sbom": True}))


def test_a_pattern_is_no_longer_than_a_name() -> None:
    """To match a long one of brackets takes the square of its length."""
    assert config.read(document(shared={"exclude": ["a" * 256]})).exclude == ("a" * 256,)
    with pytest.raises(ConfigError, match="exclude: must hold patterns of at most 256 characters"):
        config.read(document(shared={"exclude": ["[" * 257]}))
