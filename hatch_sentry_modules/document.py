"""Reads TOML and JSON files; what is wrong in one is said with its place in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli
from packaging.markers import InvalidMarker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from hatch_sentry_modules.errors import SourceError, SourceNotFoundError
from hatch_sentry_modules.markers import specialize
from hatch_sentry_modules.model import MarkerText

_VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,200}", re.ASCII)
_PLAIN = re.compile(r"(?!.*(?:@|://))[ -~]{0,200}")
_LONGEST_SHOWN = 60
LONGEST_NAME = 256
_FILES = re.compile(
    r"^(?:wheels|files) = \[\n(?:[ ]+\{.*\},?\n)*\]\n|^sdist = \{.*\}\n", re.MULTILINE
)
_LONGEST_READ = 4000  # Python refuses to read numbers of more than 4300 digits


def read_text(path: Path) -> str:
    """Read a UTF-8 file.

    Raises:
        SourceNotFoundError: There is no such file.
        SourceError: The file cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise SourceNotFoundError(file=path.name, fault="there is no such file") from None
    except OSError as error:
        raise SourceError(file=path.name, fault=f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        raise SourceError(
            file=path.name, place=place, fault="is not UTF-8 text", remedy="Write the file anew"
        ) from None


def read_toml(path: Path) -> Table:
    """Read a TOML file; see :func:`read_text` for the errors, and a syntax error is one more."""
    return _parse_toml(path, read_text(path))


def read_lock(path: Path) -> Table:
    """Read a lock file in TOML, but not the files and hashes of each distribution.

    They are nine tenths of it, and nothing asks for them: they are cut out before the text is
    parsed, where they stand as the lock tools write them. What cannot be parsed then is parsed as
    it is, so that errors name the right line. Errors are those of :func:`read_toml`.
    """
    text = read_text(path)
    # In a text of several lines, which no lock tool writes, a line need not mean what it says.
    if '"""' not in text and "'''" not in text:
        try:
            return Table(tomli.loads(_FILES.sub("", text)), file=path.name)
        except (tomli.TOMLDecodeError, RecursionError, ValueError):
            pass
    return _parse_toml(path, text)


def _parse_toml(path: Path, text: str) -> Table:
    try:
        return Table(tomli.loads(text), file=path.name)
    except tomli.TOMLDecodeError as error:
        fault, _, place = str(error).partition(" (at ")
        raise _syntax_error(path.name, place.rstrip(")"), fault) from None
    except (RecursionError, ValueError):
        raise _syntax_error(path.name, "", "values are nested too deeply or too long") from None


def read_json(path: Path) -> Table:
    """Read a JSON file whose top is an object; errors as for :func:`read_toml`."""
    text = read_text(path)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _syntax_error(path.name, place, error.msg) from None
    except (RecursionError, ValueError):
        raise _syntax_error(path.name, "", "values are nested too deeply or too long") from None
    if not isinstance(value, dict):
        raise _syntax_error(path.name, "", "the top of the file is not an object")
    return Table(value, file=path.name)


def _syntax_error(file: str, place: str, fault: str) -> SourceError:
    remedy = "The file may be cut off or hold a merge conflict: write it anew with its own tool"
    if not _PLAIN.fullmatch(fault):  # it quotes a key, which may be an address
        fault = re.split(r"['\"(]", fault)[0].rstrip()
    return SourceError(file=file, place=place, fault=fault[:1].lower() + fault[1:], remedy=remedy)


class Table:
    """A table of a document that knows its file and its place, so that errors can say them."""

    __slots__ = ("file", "place", "values")

    def __init__(self, values: Mapping[str, Any], *, file: str, place: str = "") -> None:
        self.values = values
        self.file = file
        self.place = place

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def place_of(self, key: str) -> str:
        """Give the full place of a key, such as ``package[3].version``."""
        return f"{self.place}.{key}" if self.place else key

    def error(self, key: str, fault: str, remedy: str = "") -> SourceError:
        """Make the error that says what is wrong with the value of a key."""
        return SourceError(
            file=self.file,
            place=self.place_of(key) if key else self.place,
            fault=fault,
            remedy=remedy,
        )

    def string(self, key: str) -> str | None:
        """Give a string, or nothing where the key is missing."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.error(key, f"is {_kind(value)}, not a string")

    def required_string(self, key: str) -> str:
        """Give a string that has to be there."""
        value = self.string(key)
        if value is None:
            raise self.error(key, "is missing")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Give an array of strings, empty where the key is missing."""
        values = self._array(key)
        for index, value in enumerate(values):
            if not isinstance(value, str):
                raise self.error(f"{key}[{index}]", f"is {_kind(value)}, not a string")
        return tuple(values)

    def table(self, key: str) -> Table:
        """Give a table, empty where the key is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"is {_kind(value)}, not a table")
        return Table(value, file=self.file, place=self.place_of(key))

    def tables(self, key: str) -> Iterator[Table]:
        """Give the tables of an array of tables, one by one."""
        place = self.place_of(key)
        for index, value in enumerate(self._array(key)):
            if not isinstance(value, dict):
                raise self.error(f"{key}[{index}]", f"is {_kind(value)}, not a table")
            yield Table(value, file=self.file, place=f"{place}[{index}]")

    def _array(self, key: str) -> list[Any]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"is {_kind(value)}, not an array")
        return value

    def name(self, key: str = "name") -> NormalizedName:
        """Give a distribution's name, which has to be there, normalized (PEP 503)."""
        return self.parse_name(self.required_string(key), key)

    def parse_name(self, text: str, key: str) -> NormalizedName:
        """Normalize a name found at a key; a name that PEP 508 does not allow is an error.

        So is one of more than 256 characters, which the run-time side would leave out.
        """
        try:
            if len(text) <= LONGEST_NAME:
                return canonicalize_name(text, validate=True)
        except InvalidName:
            pass
        raise self.error(key, f"{quoted(text)} is not a valid name")

    def names(self, key: str) -> tuple[NormalizedName, ...]:
        """Give an array of names, each normalized (PEP 503); empty where the key is missing."""
        return tuple(
            self.parse_name(text, f"{key}[{index}]") for index, text in enumerate(self.strings(key))
        )

    def version(self, key: str = "version") -> str | None:
        """Give a version as it is written, checked against PEP 440, or nothing."""
        text = self.string(key)
        if text is None:
            return None
        if not is_version(text):
            raise self.error(key, f"{quoted(text)} is not a valid version (PEP 440)")
        return text

    def specifiers(self, key: str) -> SpecifierSet:
        """Give version specifiers, such as ``requires-python``; empty where missing."""
        text = self.string(key) or ""
        try:
            if len(text) <= _LONGEST_READ:
                return SpecifierSet(text)
        except InvalidSpecifier:
            pass
        raise self.error(key, f"{quoted(text)} is not a valid specifier (PEP 440)")

    def parse_requirement(self, text: str, key: str) -> Requirement:
        """Parse a requirement found at a key; one that PEP 508 does not allow is an error."""
        try:
            if len(text) <= _LONGEST_READ:
                return Requirement(text)
        except (InvalidRequirement, RecursionError):
            pass
        raise self.error(key, f"{quoted(text)} is not a valid requirement (PEP 508)")

    def marker(
        self,
        key: str = "marker",
        *,
        extras: frozenset[str] = frozenset(),
        groups: frozenset[str] = frozenset(),
    ) -> MarkerText | bool:
        """Give a marker specialized to a selection; true where the key is missing."""
        text = self.string(key)
        return text is None or self.parse_marker(text, key, extras=extras, groups=groups)

    def environments(self, key: str) -> tuple[MarkerText, ...]:
        """Give an array of markers of which one has to hold; empty where everything will do."""
        found = [
            self.parse_marker(text, f"{key}[{index}]")
            for index, text in enumerate(self.strings(key))
        ]
        return () if True in found else tuple(marker for marker in found if isinstance(marker, str))

    def parse_marker(
        self,
        text: str,
        key: str,
        *,
        extras: frozenset[str] = frozenset(),
        groups: frozenset[str] = frozenset(),
    ) -> MarkerText | bool:
        """Specialize a marker found at a key; one that PEP 508 does not allow is an error."""
        try:
            return specialize(text, extras=extras, groups=groups)
        except InvalidMarker:
            raise self.error(key, f"{quoted(text)} is not a valid marker (PEP 508)") from None


def is_version(text: str) -> bool:
    """Say whether a text is a PEP 440 version, written without anything around it."""
    if not _VERSION.fullmatch(text):
        return False
    try:
        Version(text)
    except (InvalidVersion, ValueError):
        return False
    return True


def quoted(text: str) -> str:
    """Quote a text from a file for a message: one line of ASCII, and not too long.

    Addresses are hidden, since they can hold credentials.
    """
    if "://" in text or "@" in text:
        return "a value with an address"
    return ascii(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")


def _kind(value: object) -> str:
    kinds = {
        bool: "a boolean", int: "an integer", float: "a float", str: "a string",
        list: "an array", dict: "a table", type(None): "null",
    }  # fmt: skip
    return kinds.get(type(value), "a date or time")
