"""Documents: values are checked where they are read, and errors say the place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_sentry_modules.document import Place, Table, is_version, quoted
from hatch_sentry_modules.errors import SourceError, SourceNotFoundError
from hatch_sentry_modules.reading import read_json, read_toml

DOCUMENT = Table(
    {"package": [{"name": 3, "version": "not a version", "marker": "nonsense", "list": [1]}]},
    Place("test.lock"),
)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda t: t.name(), "test.lock: package[0].name: is an integer, not a string."),
        (lambda t: t.required_string("x"), "test.lock: package[0].x: is missing."),
        (lambda t: t.version(), "test.lock: package[0].version: 'not a version' is not a valid"),
        (lambda t: t.marker(), "test.lock: package[0].marker: 'nonsense' is not a valid marker"),
        (lambda t: t.strings("list"), "test.lock: package[0].list[0]: is an integer, not a"),
        (lambda t: t.table("list"), "test.lock: package[0].list: is an array, not a table."),
        (lambda t: list(t.tables("name")), "test.lock: package[0].name: is an integer, not an"),
        (lambda t: t.specifiers("version"), "test.lock: package[0].version: 'not a version'"),
    ],
)
def test_errors_say_file_place_and_fault(read: Callable[[Table], object], message: str) -> None:
    """A value of the wrong kind is an error at its full place, whatever is asked of it."""
    (table,) = DOCUMENT.tables("package")
    with pytest.raises(SourceError) as caught:
        read(table)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = [", "x.toml: "),
        (b"a = \xff", "x.toml: byte 4: is not UTF-8 text."),
        (b"a = " + b"[" * 100_000, "x.toml: values are nested too deeply"),
        (b"a = " + b"9" * 10_000, "x.toml: values are nested too deeply or too long"),
        (b"<<<<<<< HEAD\n", "x.toml: line 1, column 1: "),
    ],
)
def test_broken_toml_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    """A file that is no TOML gives a message with its place, never another exception."""
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_toml(path)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["[]", "{", "[" * 100_000, '{"a": ' + "9" * 10_000 + "}"])
def test_broken_json_is_one_line(tmp_path: Path, content: str) -> None:
    """A file that is no JSON object gives a message, never another exception."""
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=r"^x\.json: "):
        read_json(path)


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    """Messages can reach a build log that is public, so folders stay out of them."""
    with pytest.raises(SourceNotFoundError, match=r"^missing\.toml: there is no such file\.$"):
        read_toml(tmp_path / "missing.toml")


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    """Some editors write one, and no lock tool minds."""
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 'b'")
    assert read_toml(path).string("a") == "b"


@pytest.mark.parametrize("text", ["1.0", "1!2.0a1.post2.dev3+local.1", "2024.07.04", "1.0-1"])
def test_versions_are_kept_as_they_are_written(text: str) -> None:
    """Any spelling that PEP 440 allows is a version."""
    assert is_version(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1.0",
        "1.0\n",
        '1.0"',
        "1.0;x",
        "1.0'",
        "latest",
        "1" * 201,
        "\N{ARABIC-INDIC DIGIT ONE}.0",
    ],
)
def test_nothing_else_is_a_version(text: str) -> None:
    """What could leave a string literal, or is no version, stops at the door."""
    assert not is_version(text)


@pytest.mark.parametrize("text", ["acme_", "acme__>=1", "acme_[web]; sys_platform == 'win32'"])
def test_a_requirement_has_a_valid_name(text: str) -> None:
    """Packaging takes a requirement whose name ends with an underscore, which no name does."""
    with pytest.raises(SourceError, match=r"test\.lock: 'acme_+' is not a valid name"):
        Place("test.lock").requirement(text)


def test_credentials_are_not_shown() -> None:
    """A value that holds an address is named, not quoted."""
    assert "secret" not in quoted("https://user:secret@index.example.org/simple")
    assert "\n" not in quoted("two\nlines")
    assert len(quoted("x" * 1000)) < 100
