"""The JSON schema says what the checks say."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hatch_sentry_modules import config, schema
from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.errors import ConfigError

VALIDATOR = jsonschema.Draft7Validator(schema.tool_schema("sentry-modules"))

TEXTS = st.text(st.sampled_from("abAZ019_-./\\:* ~\0"), max_size=8)
PATHS = st.lists(st.sampled_from(["acme", "_a1", "1a", "..", ".", "", "a-b", "x\\y"]), max_size=4)
PLACES = st.builds(lambda parts, end: "/".join(parts) + end, PATHS, st.sampled_from([".py", ""]))
VALUES = st.one_of(
    TEXTS,
    PLACES,
    st.booleans(),
    st.integers(),
    st.lists(TEXTS | PLACES | st.integers(), max_size=3),
)


def is_accepted(options: dict[str, Any]) -> bool:
    """Return whether the checks find nothing."""
    try:
        config.read(Table({"tool": {"sentry-modules": options}}, Place("pyproject.toml")))
    except ConfigError:
        return False
    return True


def test_the_schema_is_a_schema_of_the_same_options() -> None:
    """It is valid itself, names every option and no other, with the default that it has."""
    jsonschema.Draft7Validator.check_schema(schema.tool_schema("sentry-modules"))
    properties = schema.tool_schema("sentry-modules")["properties"]
    assert properties.keys() == config.OPTIONS.keys()
    defaults = {key: value["default"] for key, value in properties.items() if "default" in value}
    read = config.read(Table({"tool": {"sentry-modules": defaults}}, Place("pyproject.toml")))
    assert read == config.Config()


@pytest.mark.parametrize("option", sorted(config.OPTIONS))
@settings(max_examples=100, deadline=None)
@given(value=VALUES)
def test_both_accept_the_same_values(option: str, value: object) -> None:
    """Whatever the value of an option, an editor and a build say the same of it."""
    assert VALIDATOR.is_valid({option: value}) == is_accepted({option: value})


def test_an_unknown_option_is_a_mistake_for_both() -> None:
    """A typing error is found in the editor already."""
    assert not VALIDATOR.is_valid({"requird": True})
    assert not is_accepted({"requird": True})


def test_older_validators_can_load_it() -> None:
    """pdm-backend 2.0 holds a validate-pyproject that compares this text without its ``#``.

    It loads the schemas of all that is installed, in builds that never heard of this tool.
    """
    assert (
        schema.tool_schema("sentry-modules")["$schema"] == "http://json-schema.org/draft-07/schema"
    )


def test_validate_pyproject_finds_it(tmp_path: Path) -> None:
    """Its command line refuses a table that a build refuses, and takes one that a build takes."""
    assert entry_points(group="validate_pyproject.tool_schema", name="sentry-modules")
    pyproject = tmp_path / "pyproject.toml"
    command = [sys.executable, "-m", "validate_pyproject", str(pyproject)]
    pyproject.write_text('[tool.sentry-modules]\nsource = "uv.lock"\n', encoding="utf-8")
    subprocess.run(command, check=True, capture_output=True)
    pyproject.write_text("[tool.sentry-modules]\nrequired = 1\n", encoding="utf-8")
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode != 0
    assert "tool.sentry-modules.required" in done.stdout + done.stderr
