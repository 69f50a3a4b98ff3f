"""What a generated module says, parsed at the door so that nobody behind it meets bad data.

The format is ``MANIFEST_FORMAT.md`` of hatch-sentry-modules. Malformed entries are left out
one by one; an unknown newer format is read as this one.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Iterator, Mapping

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

_IN_NORMALIZED = b"-abcdefghijklmnopqrstuvwxyz0123456789"
_IN_NAMES = _IN_NORMALIZED + b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IN_VERSIONS = _IN_NAMES + b"+!"  # PEP 440, and what it lets pass on its way to the normal form
_LONGEST = 256  # no real name or version comes near; a hostile one must not fill the event
_LONGEST_DOCUMENT = 1 << 22
_SHORT = 64  # texts that are no longer than this on average are not looked at one by one


class UnusableManifestError(Exception):
    """No manifest can be had; the text says why, for the debug log alone."""


class Manifest:
    """What the globals of a generated module say, without its malformed parts.

    ``module`` is its dotted name, ``loader`` what read it, and ``root`` the folder or archive that
    its import package lies in, or ``None`` if it is in neither.
    ``modules`` maps names to versions, with one name of each normalized form; ``aliases`` maps the
    normalized form to the name where they differ. ``faults`` counts the entries left out.
    Raises ``UnusableManifestError`` where not even one entry is well-formed. A plain class:
    making a named tuple would take half of the time that importing this package takes.
    """

    def __init__(self, module: str, namespace: Mapping[str, Any]) -> None:
        document = _document(module, namespace.get("MANIFEST"))
        table = _table(document, namespace.get("APPLIES"))
        self.modules, self.aliases = _sift(table)
        if not self.modules:
            raise UnusableManifestError(f"{module} holds no well-formed entry")
        self.faults = dict.__len__(table) - len(self.modules)
        self.module = module
        self.root = _root(module, namespace.get("__file__"))
        self.loader = namespace.get("__loader__")
        self.is_compiled = "__compiled__" in namespace
        project = document.get("project")
        self.project = normalize(project) if is_name(project) else ""
        self.source = _line(document.get("source"))
        self._omit = document.get("omit")
        self._skipped = document.get("skipped")

    def omit(self) -> Iterator[str]:
        """Give the names that an event leaves off first, in order, as ``modules`` has them."""
        if type(self._omit) is list or type(self._omit) is tuple:
            for name in self._omit:
                if type(name) is str:
                    yield name if name in self.modules else self.aliases.get(normalize(name), "")

    def skipped(self) -> dict[str, str]:
        """Give the names that were frozen without a version, each with the reason."""
        return {
            entry["name"]: _line(entry.get("reason"))
            for entry in _entries(self._skipped)
            if is_name(entry.get("name"))
        }


def normalize(name: str) -> str:
    """Give the normalized name, after PEP 503; compiling its expression would cost more."""
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def is_name(value: object) -> TypeGuard[str]:
    """Tell whether a value is text that consists of what names of distributions consist of."""
    return type(value) is str and 0 < len(value) <= _LONGEST and _consists_of(value, _IN_NAMES)


def is_version(value: object) -> TypeGuard[str]:
    """Tell whether a value is text that consists of what versions consist of."""
    return type(value) is str and 0 < len(value) <= _LONGEST and _consists_of(value, _IN_VERSIONS)


def _document(module: str, text: object) -> dict[str, Any]:
    # Read the constant, which a hostile file can hold anything in.
    if type(text) is not str or len(text) > _LONGEST_DOCUMENT:
        raise UnusableManifestError(f"{module} holds no manifest")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableManifestError(f"the manifest in {module} is not JSON") from None
    if type(document) is not dict:
        raise UnusableManifestError(f"the manifest in {module} is not an object")
    return document


def _table(document: dict[str, Any], applies: object) -> dict[Any, Any]:
    # Put what holds here behind what holds everywhere.
    modules = document.get("modules")
    table = modules if type(modules) is dict else {}
    verdicts = applies if type(applies) is list else []
    for entry, holds in zip(_entries(document.get("conditional")), verdicts):
        if holds is True:
            table[entry.get("name")] = entry.get("version")
    return table


def _entries(values: object) -> list[dict[str, Any]]:
    # One entry for each value, so that none moves in place of another.
    if type(values) is not list:
        return []
    return [value if type(value) is dict else {} for value in values]


def _sift(table: dict[Any, Any]) -> tuple[dict[str, str], dict[str, str]]:
    # Give the well-formed entries, and the names among them that are not normalized ones.
    #
    # An honest table is its own answer, after a few passes at C speed over all of its text.
    names = _join_sound(table)
    if names and "--" not in names and _consists_of(names, _IN_NORMALIZED):
        return table, {}
    entries = dict.items(table)  # of a subclass too, and without calling into it
    modules = dict(entries) if names else {k: v for k, v in entries if is_name(k) and is_version(v)}
    aliases: dict[str, str] = {}
    for name in [n for n in modules if "_" in n or "." in n or "--" in n or n != n.lower()]:
        form = normalize(name)
        if form in modules or form in aliases:
            del modules[name]
        else:
            aliases[form] = name
    return modules, aliases


def _join_sound(table: dict[Any, Any]) -> str:
    # Give all names as one text if every entry is well-formed; perhaps nothing even so.
    if type(table) is not dict:
        return ""
    try:
        names, versions = "".join(table), "".join(table.values())
    except TypeError:
        return ""
    is_sound = (
        len(names) + len(versions) <= _SHORT * len(table)
        and "" not in table
        and all(table.values())
        and _consists_of(names, _IN_NAMES)
        and _consists_of(versions, _IN_VERSIONS)
    )
    return names if is_sound else ""


def _consists_of(text: str, characters: bytes) -> bool:
    return not text.encode("ascii", "replace").translate(None, characters)


def _root(module: str, file: object) -> str | None:
    # Give the folder above the file by as many levels as its dotted name has; importers join so.
    #
    # Without ``os.path``, which takes ten times as long.
    if type(file) is not str:
        return None
    levels = module.count(".") + 1
    parts = file.rsplit(os.sep, levels)
    return parts[0] if len(parts) > levels else ""


def _line(value: object) -> str:
    is_line = type(value) is str and value.isascii() and value.isprintable()
    return str(value)[:_LONGEST] if is_line else ""
