"""Reads the JSON document of a manifest; what is malformed is left out alone and named."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from packaging.markers import InvalidMarker
from packaging.utils import NormalizedName

from hatch_sentry_modules import markers
from hatch_sentry_modules.document import is_version, quoted, valid_name
from hatch_sentry_modules.model import ALWAYS, NEVER, Condition, Distribution, Manifest
from hatch_sentry_modules.render import FORMAT, MARK

LONGEST = 1 << 20
"""Longer documents are not read: this is room for thirty thousand distributions."""

MOST_FAULTS = 20
"""So many faults are named; the rest is counted."""

_LONGEST_TEXT = 256
_MARK = MARK.encode("ascii")
_DECODER = json.JSONDecoder(parse_int=lambda digits: int(digits[:20]))
"""A long number is cut: Python refuses to read one of more than 4300 digits."""


class ReadManifest(NamedTuple):
    """What a document says, what in it is no part of the format, and how many bytes were read."""

    manifest: Manifest
    faults: tuple[str, ...] = ()
    size: int = 0


EMPTY = Manifest(project=None, source="", distributions=())


def find(content: bytes) -> ReadManifest | None:
    """Return the manifest that stands somewhere in bytes, uncompressed, or nothing."""
    start = content.find(_MARK)
    if start < 0:
        return None
    text = content[start : start + LONGEST].decode("latin-1")
    try:
        document, size = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return ReadManifest(EMPTY, ("It is cut off, too long, or no JSON document.",), len(text))
    return _Reading(document).result()._replace(size=size)


def read(text: str) -> ReadManifest:
    """Return the manifest that a document describes; all else is an empty one with a fault."""
    return find(text.encode("utf-8", "replace")) or ReadManifest(EMPTY, ("It is no manifest.",))


class _Reading:
    """Takes a document apart and collects the faults on the way."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._faults: list[str] = []

    def result(self) -> ReadManifest:
        revision = self._document["sentry-modules"]
        if type(revision) is not int:
            return ReadManifest(EMPTY, ("It has no format number.",))
        if revision != FORMAT:
            self._faults.append(f"Its format is {revision}; it is read as format {FORMAT}.")
        project = self._document.get("project")
        omitted = [*self._omitted()]
        found = [*self._modules(), *omitted, *self._conditional()]
        manifest = Manifest(
            project=None if project is None else self._name("project", project),
            source=self._line("source", self._document.get("source", "")),
            distributions=tuple(sorted(found, key=lambda d: (d.name, d.version, d.key))),
            skipped=dict(self._skipped()),
            omitted=frozenset(d.name for d in omitted),
            exclude=tuple(filter(None, (self._line("exclude", p) for p in self._array("exclude")))),
            is_injected=self._document.get("injected") is True,
        )
        further = len(self._faults) - MOST_FAULTS
        if further > 0:
            self._faults[MOST_FAULTS:] = [f"{further} further faults are not named."]
        return ReadManifest(manifest, tuple(self._faults))

    def _modules(self) -> Iterator[Distribution]:
        modules = self._document.get("modules", {})
        if not isinstance(modules, dict):
            self._faults.append("modules: it is not an object.")
            modules = {}
        for key, version in modules.items():
            yield from self._distribution("modules", key, version, ALWAYS)

    def _omitted(self) -> Iterator[Distribution]:
        for value in self._array("omitted"):
            key, _, version = value.partition("==") if isinstance(value, str) else (value, "", "")
            yield from self._distribution("omitted", key, version, ALWAYS)

    def _conditional(self) -> Iterator[Distribution]:
        for entry in self._entries("conditional"):
            condition = self._condition(entry.get("marker"))
            if condition != NEVER:
                key, version = entry.get("name"), entry.get("version")
                yield from self._distribution("conditional", key, version, condition)

    def _distribution(
        self, place: str, key: object, version: object, condition: Condition
    ) -> Iterator[Distribution]:
        name = self._name(place, key)
        if name is None:
            return
        if not isinstance(version, str) or not is_version(version):
            self._faults.append(f"{place}: {name} has no valid version.")
            return
        yield Distribution(name, version, condition, listed_as="" if key == name else str(key))

    def _condition(self, marker: object) -> Condition:
        try:
            found = markers.specialize(marker if isinstance(marker, str) else "")
        except InvalidMarker:
            self._faults.append("conditional: an entry has no valid marker (PEP 508).")
            return NEVER
        condition = markers.to_condition(found)
        try:
            markers.to_python(condition)
        except markers.UncompilableMarkerError as error:
            self._faults.append(f"conditional: an entry is left out: {error}.")
            return NEVER
        return condition

    def _skipped(self) -> Iterator[tuple[NormalizedName, str]]:
        for entry in self._entries("skipped"):
            name = self._name("skipped", entry.get("name"))
            if name is not None:
                yield name, self._line("skipped", entry.get("reason"))

    def _name(self, place: str, value: object) -> NormalizedName | None:
        name = valid_name(value) if isinstance(value, str) else None
        if name is None:
            named = quoted(value) if isinstance(value, str) else "an entry"
            self._faults.append(f"{place}: {named} is not a valid name.")
        return name

    def _line(self, place: str, value: object) -> str:
        if isinstance(value, str) and value.isascii() and value.isprintable():
            return value[:_LONGEST_TEXT]
        self._faults.append(f"{place}: it is not one line of ASCII text.")
        return ""

    def _entries(self, place: str) -> Iterator[dict[str, Any]]:
        for value in self._array(place):
            if isinstance(value, dict):
                yield value
            else:
                self._faults.append(f"{place}: an entry is not an object.")

    def _array(self, place: str) -> list[Any]:
        values = self._document.get(place, [])
        if isinstance(values, list):
            return values
        self._faults.append(f"{place}: it is not an array.")
        return []
