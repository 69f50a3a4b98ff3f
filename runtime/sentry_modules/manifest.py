"""What a generated module says, parsed at the door so that nobody behind it meets bad data.

The format is ``MANIFEST_FORMAT.md`` of hatch-sentry-modules. Malformed entries are left out
one by one; an unknown newer format is read as this one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

_LONGEST = 256  # no real name or version comes near; a hostile one must not fill the event
_IN_VERSIONS = ".+!-_"  # PEP 440, and what it lets pass on its way to the normal form


class UnusableManifestError(Exception):
    """No manifest can be had; the text says why, for the debug log alone."""


class Manifest(NamedTuple):
    """What a generated module says, without its malformed parts.

    ``module`` is its dotted name, ``file`` and ``loader`` are where it was read and what read it.
    ``modules`` maps normalized names to versions; ``faults`` counts what is not among them.
    """

    module: str
    file: str | None
    loader: object
    is_compiled: bool
    project: str
    source: str
    modules: dict[str, str]
    omit: tuple[str, ...]
    skipped: dict[str, str]
    faults: int

    @property
    def root(self) -> str | None:
        """The folder or archive that the import package lies in; ``None`` if it is in neither."""
        path = self.file
        for _ in range(self.module.count(".") + 1):
            path = None if path is None else os.path.dirname(path)  # noqa: PTH120 - cost: see bench
        return path


def normalize(name: str) -> str:
    """Give the normalized name, after PEP 503; compiling its expression would cost more."""
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def parse(name: str, namespace: Mapping[str, Any]) -> Manifest:
    """Parse the globals of the generated module called ``name``.

    Raises ``UnusableManifestError`` where they hold not even one well-formed entry.
    """
    table = namespace.get("MODULES")
    if not isinstance(table, dict):
        raise UnusableManifestError(f"{name} holds no table of modules")
    table = dict.copy(table)  # of a subclass too, and without calling into it
    modules = table if _are_sound(table) else _pick_sound(table)
    if not modules:
        raise UnusableManifestError(f"{name} holds no well-formed entry")
    file, project = namespace.get("__file__"), namespace.get("PROJECT")
    return Manifest(
        module=name,
        file=file if type(file) is str else None,
        loader=namespace.get("__loader__"),
        is_compiled="__compiled__" in namespace,
        project=normalize(project) if _is_name(project) else "",
        source=_line(namespace.get("SOURCE")),
        modules=modules,
        omit=_names(namespace.get("OMIT")),
        skipped=_reasons(namespace.get("SKIPPED")),
        faults=len(table) - len(modules),
    )


def _are_sound(table: dict[Any, Any]) -> bool:
    """Tell in a few passes at C speed whether all entries are well-formed, all names normalized."""
    versions = table.values()
    try:
        if not ({str}.issuperset(map(type, table)) and {str}.issuperset(map(type, versions))):
            return False
    except Exception:  # noqa: BLE001 - hashing a type can run a hostile metaclass
        return False
    names = "\n".join(("", *table, ""))
    return (
        _is_alphanumeric(names, but="\n-")
        and names.count("\n") == len(table) + 1
        and names == names.lower()
        and not any(fault in names for fault in ("\n\n", "\n-", "-\n", "--"))
        and _is_alphanumeric("".join(versions), but=_IN_VERSIONS)
        and all(versions)
        and max(map(len, table)) <= _LONGEST
        and max(map(len, versions)) <= _LONGEST
    )


def _pick_sound(table: dict[Any, Any]) -> dict[str, str]:
    return {normalize(k): v for k, v in table.items() if _is_name(k) and is_version(v)}


def _is_name(value: object) -> TypeGuard[str]:
    return (
        type(value) is str
        and len(value) <= _LONGEST
        and _is_alphanumeric(value, but="._-")
        and _is_alphanumeric(value[0] + value[-1])
    )


def is_version(value: object) -> TypeGuard[str]:
    """Tell whether a value is text that can be a version."""
    return (
        type(value) is str
        and len(value) <= _LONGEST
        and _is_alphanumeric(value, but=_IN_VERSIONS)
        and _is_alphanumeric(value[0])
    )


def _is_alphanumeric(text: str, *, but: str = "") -> bool:
    for sign in but:
        text = text.replace(sign, "")
    return text.isascii() and text.isalnum()


def _names(value: object) -> tuple[str, ...]:
    if type(value) is not list and type(value) is not tuple:
        return ()
    return tuple(normalize(name) for name in value if _is_name(name))


def _reasons(value: object) -> dict[str, str]:
    if type(value) is not dict:
        return {}
    return {normalize(name): _line(reason) for name, reason in value.items() if _is_name(name)}


def _line(value: object) -> str:
    is_line = type(value) is str and value.isascii() and value.isprintable()
    return str(value)[:_LONGEST] if is_line else ""
