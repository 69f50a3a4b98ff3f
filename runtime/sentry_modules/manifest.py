"""Reads and checks the constant of a generated module."""

# The format is ``MANIFEST_FORMAT.md`` of hatch-sentry-modules. Malformed entries are left out
# one by one; an unknown newer format is read as this one.

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Mapping

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

MODULE = "_sentry_modules"
"""What the generated module is called, in an import package or at the top level."""

_LONGEST = 256  # no real name or version comes near; a hostile one must not fill the event
_LONGEST_DOCUMENT = 1 << 22  # a hundred thousand distributions
_FRAMES = 200

# No number means anything here, and a long integer takes time that grows with its square.
_DECODER = json.JSONDecoder(parse_int=float)


class UnusableManifestError(Exception):
    """There is no manifest, now and later; the text says why."""


class Manifest:
    """The document of a generated module, without its malformed parts."""

    # ``module`` is the dotted name, and ``root`` the folder or archive that its import package lies
    # in, or ``None`` if it is in neither.
    # ``carried`` maps the names that events carry to versions, each a line of printable ASCII.
    # ``size`` is the bytes of those versions, and ``faults`` counts the entries left out.
    # ``omitted`` are pins of what else there is.
    # Raises ``UnusableManifestError`` where not even one entry or pattern is well-formed. A plain
    # class: making a named tuple would take half of the time that importing this package takes.

    def __init__(self, module: str, namespace: Mapping[str, Any]) -> None:
        text = namespace.get("MANIFEST")
        document = _parse(module, text)
        table = document.get("modules")
        entries = table if type(table) is dict else {}
        entries.update(_applicable(_list(document, "conditional"), namespace.get("APPLIES")))
        self.omitted = _list(document, "omitted")
        self.carried, self.size = _sift(entries, str(text), len(entries) + len(self.omitted))
        # What stands in brackets is one character of a name, and is written normalized.
        patterns = [line for line in map(as_line, _list(document, "exclude")) if line]
        self.exclude = [line if "[" in line else normalize(line) for line in patterns]
        if not (self.carried or self.exclude):  # all can be excluded
            raise UnusableManifestError(f"{module} holds no well-formed entry")
        self.faults = len(entries) - len(self.carried)
        self._modules: dict[str, str] | None = None
        self.module = module
        self.root = _root(module, namespace.get("__file__"))
        project = document.get("project")
        self.project = normalize(project) if is_line(project) else ""
        self.source = as_line(document.get("source"))
        self.is_injected = document.get("injected") is True
        self.skipped = _list(document, "skipped")
        self._aliases: dict[str, str] | None = None

    @property
    def modules(self) -> dict[str, str]:
        """Every name with its version."""  # the same object where events carry all
        if self._modules is None:
            omitted = dict(
                pin.split("==", 1) for pin in self.omitted if is_line(pin) and "==" in pin[1:-1]
            )
            self._modules = {**omitted, **self.carried} if omitted else self.carried
        return self._modules

    def name_of(self, form: str) -> str | None:
        """Return the listed name of a normalized one."""
        if form in self.carried or form in self.modules:
            return form
        if self._aliases is None:
            names = "\n".join(self.modules)
            is_odd = normalize(names) != names  # all at once, since mostly none is
            self._aliases = {normalize(n): n for n in self.modules} if is_odd else {}
        return self._aliases.get(form)


def normalize(name: str) -> str:
    """Return the normalized name (PEP 503)."""
    # Compiling its expression would cost more.
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def as_line(value: object) -> str:
    """Return a line of text, cut if it is long; empty for anything else."""
    line = value[:_LONGEST] if type(value) is str else ""
    return line if line.isascii() and line.isprintable() else ""


def is_line(value: object) -> TypeGuard[str]:
    """Whether a value is one line of text, neither empty nor long."""
    return as_line(value) == value != ""


def is_stack_full() -> bool:
    """Whether the caller has left no frames to read with."""
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
        document, end = _DECODER.raw_decode(text)
    except ValueError:
        raise UnusableManifestError(f"the manifest in {module} is not JSON") from None
    except RecursionError:
        if is_stack_full():
            raise
        raise UnusableManifestError(f"the manifest in {module} is nested too deeply") from None
    if type(document) is not dict or end != len(text):
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


def _sift(table: dict[str, Any], text: str, count: int) -> tuple[dict[str, str], int]:
    # Return the well-formed entries, and the bytes of their versions; ``count`` is of all entries
    # in the text.
    #
    # JSON lets no control character into a text but by an escape. So an honest table is its own
    # answer, after a few questions at C speed.
    versions = [*table.values()]
    is_plain, size = False, 0
    with suppress(TypeError):
        size = len("".join(versions))
        is_plain = text.isascii() and "\\" not in text and "\x7f" not in text
    if is_plain and all(versions) and "" not in table and len(text) <= _LONGEST * count:
        return table, size
    sound = {k: v for k, v in table.items() if is_line(k) and is_line(v)}
    return sound, sum(map(len, sound.values()))


def _root(module: str, file: object) -> str | None:
    # Return the folder above the file by as many levels as its dotted name has.
    #
    # Without ``os.path``, which takes ten times as long.
    if type(file) is not str:
        return None
    levels = module.count(".") + 1
    parts = file.rsplit(os.sep, levels)
    return parts[0] if len(parts) > levels else ""
