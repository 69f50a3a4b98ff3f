"""Reads and checks the constant of a generated module."""

# The format is ``MANIFEST_FORMAT.md`` of hatch-sentry-modules. Malformed entries are left out
# one by one; an unknown newer format is read as this one.

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Mapping

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

MODULE = "_sentry_modules"
"""What the generated module is called, in an import package or at the top level."""

_IN_NORMALIZED = b"-abcdefghijklmnopqrstuvwxyz0123456789"
_IN_NAMES = _IN_NORMALIZED + b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IN_VERSIONS = _IN_NAMES + b"+!"  # PEP 440, and what it lets pass on its way to the normal form
_LONGEST = 256  # no real name or version comes near; a hostile one must not fill the event
_LONGEST_DOCUMENT = 1 << 22  # a hundred thousand distributions
_FRAMES = 200
_SHORT = 64  # texts that are no longer than this on average are not looked at one by one

# No number means anything here, and a long integer takes time that grows with its square.
_DECODER = json.JSONDecoder(parse_int=float)


class UnusableManifestError(Exception):
    """There is no manifest, and asking again changes nothing; the text says why."""


class Manifest:
    """The document of a generated module, without its malformed parts."""

    # ``module`` is the dotted name, and ``root`` the folder or archive that its import package lies
    # in, or ``None`` if it is in neither.
    # ``modules`` maps names to versions, with one name of each normalized form; ``aliases`` maps
    # the normalized form to the name where they differ. ``size`` is the bytes of all versions, and
    # ``faults`` counts the entries left out.
    # Raises ``UnusableManifestError`` where not even one entry is well-formed. A plain class:
    # making a named tuple would take half of the time that importing this package takes.

    def __init__(self, module: str, namespace: Mapping[str, Any]) -> None:
        document = _parse(module, namespace.get("MANIFEST"))
        table = document.get("modules")
        entries = table if type(table) is dict else {}
        entries.update(_applicable(_list(document, "conditional"), namespace.get("APPLIES")))
        self.modules, self.aliases, self.size = _sift(entries)
        if not self.modules:
            raise UnusableManifestError(f"{module} holds no well-formed entry")
        self.faults = len(entries) - len(self.modules)
        self.module = module
        self.root = _root(module, namespace.get("__file__"))
        project = document.get("project")
        self.project = normalize(project) if is_name(project) else ""
        self.source = as_line(document.get("source"))
        self.is_injected = document.get("injected") is True
        self.exclude = [
            normalize(line) for line in map(as_line, _list(document, "exclude")) if line
        ]
        self._omit = _list(document, "omit")
        self.skipped = _list(document, "skipped")

    def name_of(self, form: str) -> str | None:
        """Return the name that is listed for a normalized one, if any is."""
        name = self.aliases.get(form, form)
        return name if name in self.modules else None

    def omit(self) -> list[str]:
        """Return the names that an event leaves off first, as ``modules`` has them."""
        names = [name for name in self._omit if type(name) is str]  # can be thousands
        aliases = self.aliases
        return [aliases.get(normalize(name), name) for name in names] if aliases else names


def normalize(name: str) -> str:
    """Return the normalized name (PEP 503)."""
    # Compiling its expression would cost more.
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def is_name(value: object) -> TypeGuard[str]:
    """Whether a value is text in the characters of names."""
    return type(value) is str and 0 < len(value) <= _LONGEST and _consists_of(value, _IN_NAMES)


def is_version(value: object) -> TypeGuard[str]:
    """Whether a value is text in the characters of versions."""
    return type(value) is str and 0 < len(value) <= _LONGEST and _consists_of(value, _IN_VERSIONS)


def is_stack_full() -> bool:
    """Whether a RecursionError is the caller's: reading needs a few frames alone."""
    frame: Any = sys._getframe()
    left = sys.getrecursionlimit()
    while frame is not None:
        frame, left = frame.f_back, left - 1
    return left < _FRAMES


def _parse(module: str, text: object) -> dict[str, Any]:
    # A hostile file can hold anything in the constant.
    if type(text) is not str or len(text) > _LONGEST_DOCUMENT:
        raise UnusableManifestError(f"{module} holds no manifest")
    try:
        document = _DECODER.decode(text)
    except ValueError:
        raise UnusableManifestError(f"the manifest in {module} is not JSON") from None
    except RecursionError:
        if is_stack_full():
            raise
        raise UnusableManifestError(f"the manifest in {module} is nested too deeply") from None
    if type(document) is not dict:
        raise UnusableManifestError(f"the manifest in {module} is not an object")
    return document


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if type(value) is list else []


def _applicable(conditional: list[Any], applies: object) -> dict[str, Any]:
    # Both have one entry for each distribution, in the same order.
    found: dict[str, Any] = {}
    for entry, holds in zip(conditional, applies if type(applies) is list else ()):
        if holds is True:
            is_entry = type(entry) is dict and type(entry.get("name")) is str
            found.update({entry["name"]: entry.get("version")} if is_entry else {"": None})
    return found


def _sift(table: dict[str, Any]) -> tuple[dict[str, str], dict[str, str], int]:
    # Return the well-formed entries, the names among them that are not normalized ones, and the
    # bytes of the versions.
    #
    # An honest table is its own answer, after a few passes at C speed over all of its text.
    names, size, is_sound = _join(table)
    if is_sound and "--" not in names and _consists_of(names, _IN_NORMALIZED):
        return table, {}, size
    entries = table.items()
    is_sound = is_sound and _consists_of(names, _IN_NAMES)
    modules = {k: v for k, v in entries if is_sound or (is_name(k) and is_version(v))}
    aliases: dict[str, str] = {}
    for name in [n for n in modules if "_" in n or "." in n or "--" in n or n != n.lower()]:
        form = normalize(name)
        if form in modules or form in aliases:
            del modules[name]
        else:
            aliases[form] = name
    return modules, aliases, sum(map(len, modules.values()))


def _join(table: dict[str, Any]) -> tuple[str, int, bool]:
    # Return all names as one text, the length of all versions, and whether those are well-formed
    # and the whole is not too long.
    try:
        names, versions = "".join(table), "".join(table.values())
    except TypeError:
        return "", 0, False
    is_short = len(names) + len(versions) <= _SHORT * len(table)
    is_whole = "" not in table and all(table.values())
    return names, len(versions), is_short and is_whole and _consists_of(versions, _IN_VERSIONS)


def _consists_of(text: str, characters: bytes) -> bool:
    return not text.encode("utf-8", "replace").translate(None, characters)


def _root(module: str, file: object) -> str | None:
    # Return the folder above the file by as many levels as its dotted name has.
    #
    # Without ``os.path``, which takes ten times as long.
    if type(file) is not str:
        return None
    levels = module.count(".") + 1
    parts = file.rsplit(os.sep, levels)
    return parts[0] if len(parts) > levels else ""


def as_line(value: object) -> str:
    """Return text for a message or a log line; empty for anything else."""
    is_line = type(value) is str and value.isascii() and value.isprintable()
    return str(value)[:_LONGEST] if is_line else ""
