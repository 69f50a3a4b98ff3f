"""Documents: values are checked where they are read, and errors say their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from packaging.markers import InvalidMarker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import Version

from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.markers import specialize
from hatch_sentry_modules.model import Applies

T = TypeVar("T")

LONGEST_NAME = 256
_VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,200}", re.ASCII)
_LONGEST_SHOWN = 60
_MOST_LISTED = 10
_LONGEST_READ = 4000  # Python refuses to read numbers of more than 4300 digits


class Place(NamedTuple):
    """A file and a place in it: reads the texts that stand there, and makes the errors."""

    file: str
    path: str = ""

    def at(self, key: str | int) -> Place:
        """Return the place of a key in a table or of an item in an array."""
        if isinstance(key, int):
            return Place(self.file, f"{self.path}[{key}]")
        return Place(self.file, f"{self.path}.{key}" if self.path else key)

    def error(self, fault: str, remedy: str = "") -> SourceError:
        """Make the error that says what is wrong here."""
        return SourceError(file=self.file, place=self.path, fault=fault, remedy=remedy)

    def name(self, text: str) -> NormalizedName:
        """Normalize a name; one that is not valid is an error."""
        name = valid_name(text)
        if name is None:
            raise self.error(f"{quoted(text)} is not a valid name")
        return name

    def version(self, text: str) -> str:
        """Return a version as it is written; one that PEP 440 does not allow is an error."""
        if not is_version(text):
            raise self.error(f"{quoted(text)} is not a valid version (PEP 440)")
        return text

    def specifiers(self, text: str) -> SpecifierSet:
        """Parse version specifiers; those that PEP 440 does not allow are an error."""
        return self._parsed(text, SpecifierSet, "specifier (PEP 440)")

    def requirement(self, text: str) -> Requirement:
        """Parse a requirement; one that PEP 508 does not allow is an error."""
        requirement = self._parsed(text, Requirement, "requirement (PEP 508)")
        self.name(requirement.name)  # packaging lets one end with an underscore
        return requirement

    def _parsed(self, text: str, parse: Callable[[str], T], kind: str) -> T:
        try:
            if len(text) <= _LONGEST_READ:
                return parse(text)
        except (ValueError, RecursionError):  # what packaging raises are ValueErrors
            pass
        raise self.error(f"{quoted(text)} is not a valid {kind}")

    def marker(
        self,
        text: str,
        *,
        extras: frozenset[str] = frozenset(),
        groups: frozenset[str] = frozenset(),
    ) -> Applies:
        """Specialize a marker to a selection; one that PEP 508 does not allow is an error."""
        try:
            return specialize(text, extras=extras, groups=groups)
        except InvalidMarker:
            raise self.error(f"{quoted(text)} is not a valid marker (PEP 508)") from None

    def python_marker(self, text: str) -> str:
        """Write specifiers of Python versions as the text of a marker; empty where all will do."""
        found = self.specifiers(text)
        return " and ".join(
            sorted(f'python_full_version {s.operator} "{s.version}"' for s in found)
        )


class Table:
    """A table of a document that knows its place."""

    __slots__ = ("place", "values")

    def __init__(self, values: dict[str, Any], place: Place) -> None:
        self.values = values
        self.place = place

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def file(self) -> str:
        """The file's name."""
        return self.place.file

    def error(self, key: str, fault: str, remedy: str = "") -> SourceError:
        """Make the error that says what is wrong with the value of a key."""
        return self.place.at(key).error(fault, remedy)

    def string(self, key: str) -> str | None:
        """Return a string, or nothing where the key is missing."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.error(key, f"is {_kind(value)}, not a string")

    def required_string(self, key: str) -> str:
        """Return a string that has to be there."""
        value = self.string(key)
        if value is None:
            raise self.error(key, "is missing")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return an array of strings, empty where the key is missing."""
        values = self.array(key)
        for index, value in enumerate(values):
            if not isinstance(value, str):
                raise self.place.at(key).at(index).error(f"is {_kind(value)}, not a string")
        return tuple(values)

    def table(self, key: str) -> Table:
        """Return a table, empty where the key is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"is {_kind(value)}, not a table")
        return Table(value, self.place.at(key))

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of an array of tables, one by one."""
        return tables(self.array(key), self.place.at(key))

    def array(self, key: str) -> list[Any]:
        """Return an array of anything, empty where the key is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"is {_kind(value)}, not an array")
        return value

    def name(self, key: str = "name") -> NormalizedName:
        """Return a distribution's name, which has to be there, normalized (PEP 503)."""
        return self.place.at(key).name(self.required_string(key))

    def names(self, key: str) -> tuple[NormalizedName, ...]:
        """Return an array of names, each normalized (PEP 503); empty where the key is missing."""
        place = self.place.at(key)
        return tuple(place.at(i).name(text) for i, text in enumerate(self.strings(key)))

    def version(self, key: str = "version") -> str | None:
        """Return a version as it is written, checked against PEP 440, or nothing."""
        text = self.string(key)
        return None if text is None else self.place.at(key).version(text)

    def specifiers(self, key: str) -> SpecifierSet:
        """Return version specifiers, such as ``requires-python``; empty where missing."""
        return self.place.at(key).specifiers(self.string(key) or "")

    def marker(
        self,
        key: str = "marker",
        *,
        extras: frozenset[str] = frozenset(),
        groups: frozenset[str] = frozenset(),
    ) -> Applies:
        """Return a marker specialized to a selection; true where the key is missing."""
        text = self.string(key)
        return text is None or self.place.at(key).marker(text, extras=extras, groups=groups)

    def markers(self, key: str) -> tuple[Applies, ...]:
        """Return an array of markers that ask for no extra."""
        place = self.place.at(key)
        return tuple(place.at(i).marker(text) for i, text in enumerate(self.strings(key)))


def unsupported(table: Table, key: str, supported: str, remedy: str) -> SourceError:
    """Make the error for a lock version that no reader knows."""
    value = table.values.get(key)
    found = quoted(value) if isinstance(value, str) else value if value in range(10_000) else "..."
    fault = "is missing" if value is None else f"unsupported lock version {found}"
    return table.error(key, f"{fault} (supported: {supported})", remedy)


def tables(values: list[Any], place: Place) -> Iterator[Table]:
    """Yield the tables in an array that stands at a place."""
    for index, value in enumerate(values):
        if not isinstance(value, dict):
            raise place.at(index).error(f"is {_kind(value)}, not a table")
        yield Table(value, place.at(index))


def is_number(value: object, number: int) -> bool:
    """Whether a value is an integer, and that one: to Python ``True`` equals 1."""
    return type(value) is int and value == number


def valid_name(text: str) -> NormalizedName | None:
    """Normalize a name; nothing where PEP 508 does not allow it, or where it is far too long."""
    try:
        return canonicalize_name(text, validate=True) if len(text) <= LONGEST_NAME else None
    except InvalidName:
        return None


def is_version(text: str) -> bool:
    """Whether a text is a PEP 440 version, written without anything around it."""
    try:
        return _VERSION.fullmatch(text) is not None and bool(Version(text))
    except ValueError:  # what packaging raises is one
        return False


def quoted(text: str) -> str:
    """Quote a text as one short line of ASCII; an address may hold credentials, and is hidden."""
    if "://" in text or "@" in text:
        return "a value with an address"
    return ascii(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")


def leading_name(text: str) -> NormalizedName | None:
    """Return the name at the start of a requirement, whatever follows."""
    name = re.match(r"(?a)[A-Za-z0-9][\w.-]*", text)
    return canonicalize_name(name[0]) if name else None


def listed(names: Iterable[str]) -> str:
    """List names for a message, the first of them where there are many."""
    found = [n if len(n) <= _LONGEST_SHOWN else f"{n[:_LONGEST_SHOWN]}..." for n in sorted(names)]
    more = len(found) - _MOST_LISTED
    return ", ".join(found[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _kind(value: object) -> str:
    kinds = {
        bool: "a boolean", int: "an integer", float: "a float", str: "a string",
        list: "an array", dict: "a table", type(None): "null",
    }  # fmt: skip
    return kinds.get(type(value), "a date or time")
