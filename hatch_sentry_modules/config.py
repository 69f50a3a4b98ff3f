"""Checks ``[tool.sentry-modules]``, the one configuration table of every entrance."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from hatch_sentry_modules.document import LONGEST_NAME, Table, quoted
from hatch_sentry_modules.errors import ConfigError

TABLE = "tool.sentry-modules"

HATCH_TABLE = "tool.hatch.build.hooks.sentry-modules"
"""Hatch needs a table of its own to switch the hook on; it may hold the options instead."""

HATCHLING_KEYS = {
    "dependencies",
    "enable-by-default",
    "require-runtime-dependencies",
    "require-runtime-features",
}
"""What hatchling itself reads in a hook's table.

https://hatch.pypa.io/latest/config/build/#build-hooks
"""

_KEY = re.compile(r"[\w-]{1,60}", re.ASCII)
_SEPARATORS = re.compile(r"\[[^\]]*\]|[-_.]+")
_OBJECT = re.compile(r"\w+(\.\w+)*(:\w+(\.\w+)*)?", re.ASCII)


class Config(NamedTuple):
    """What a user may decide; the defaults are right for most projects.

    ``source`` is ``auto``, ``installed``, ``installed:PLACE`` or the path of a lock file in the
    project.
    ``path`` is where the generated module goes in the wheel, with forward slashes;
    nothing means ``_sentry_modules.py`` in the import package.
    ``exclude`` holds glob patterns over normalized names.
    ``build_backend`` and ``backend_path`` are the keys of ``[build-system]`` for the backend
    that :mod:`hatch_sentry_modules.backend` wraps; other entrances have no use for them.
    """

    source: str = "auto"
    path: str | None = None
    extras: frozenset[NormalizedName] = frozenset()
    groups: frozenset[NormalizedName] = frozenset()
    exclude: tuple[str, ...] = ()
    required: bool = True
    sbom: bool = False
    build_backend: str | None = None
    backend_path: tuple[str, ...] = ()


def read(document: Table, hook_values: Mapping[str, Any] | None = None) -> Config:
    """Read the configuration of a project.

    Args:
        document: All of ``pyproject.toml``.
        hook_values: What hatchling hands to its hook, which can come from other places than
            ``tool.hatch.build.hooks.sentry-modules``; nothing means that this table is read.

    Raises:
        ConfigError: Every mistake that was found, each with its full TOML path.
    """
    hatch = document.table("tool").table("hatch").table("build").table("hooks")
    values = hatch.table("sentry-modules").values if hook_values is None else hook_values
    own = {key: value for key, value in values.items() if key not in HATCHLING_KEYS}
    shared = document.table("tool").table("sentry-modules").values
    if own and shared:
        fault = f"{TABLE} and {HATCH_TABLE} both hold options"
        raise ConfigError(file=document.file, fault=fault, remedy="Keep them in one of the two")
    table, options = (HATCH_TABLE, own) if own else (TABLE, shared)
    mistakes = [f"{table}.{mistake}" for mistake in _mistakes(options)]
    if mistakes:
        raise ConfigError(file=document.file, fault="; ".join(mistakes), remedy="Mend the table")
    return Config(
        **{key.replace("-", "_"): OPTIONS[key].parse(value) for key, value in options.items()}
    )


def _mistakes(values: Mapping[str, Any]) -> list[str]:
    found = []
    for key, value in values.items():
        if key not in OPTIONS:
            import difflib  # seldom needed, and slow to import

            nearest = difflib.get_close_matches(key, OPTIONS, n=1, cutoff=0)
            found.append(f"{_shown_key(key)}: unknown option, the nearest is {nearest[0]!r}")
        elif fault := OPTIONS[key].fault(value):
            found.append(f"{key}: {fault}")
    return found


def _shown_key(key: str) -> str:
    return key if _KEY.fullmatch(key) else quoted(key)


def _boolean_fault(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _source_fault(value: object) -> str:
    if isinstance(value, str) and value and "\0" not in value:
        return ""
    return "must be 'auto', 'installed', 'installed:PLACE' or the path of a lock file"


def _path_fault(value: object) -> str:
    if not isinstance(value, str) or not value.endswith(".py") or "\\" in value:
        return "must be the path of a .py file in the wheel, with forward slashes"
    path = PurePosixPath(value)
    if (
        path.is_absolute()
        or ".." in path.parts
        or not all(part.isidentifier() for part in path.with_suffix("").parts)
    ):
        return "must lie in the wheel, and each part of it must be a name that Python can import"
    return ""


def _object_fault(value: object) -> str:
    if isinstance(value, str) and _OBJECT.fullmatch(value):
        return ""
    return "must name a build backend, such as 'uv_build' or 'package.module:object'"


def _folders_fault(value: object) -> str:
    if not isinstance(value, list) or _strings_fault(value):
        return _strings_fault(value)
    for folder in map(PurePosixPath, value):
        if folder.is_absolute() or ".." in folder.parts or {"\\", "\0"} & {*str(folder)}:
            return "must hold folders in the project, with forward slashes"
    return ""


def _strings_fault(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return ""
    return "must be an array of strings"


def _names_fault(value: object) -> str:
    if not isinstance(value, list) or _strings_fault(value):
        return _strings_fault(value)
    return next((f"{quoted(name)} is not a valid name" for name in value if not _is_name(name)), "")


def _is_name(text: str) -> bool:
    try:
        canonicalize_name(text, validate=True)
    except InvalidName:
        return False
    return len(text) <= LONGEST_NAME


def _names(value: list[str]) -> frozenset[NormalizedName]:
    return frozenset(map(canonicalize_name, value))


def normalized_patterns(values: Iterable[str]) -> tuple[str, ...]:
    """Normalize patterns as names are, but for what stands in brackets."""
    return tuple(
        _SEPARATORS.sub(lambda found: found[0] if found[0][0] == "[" else "-", value.lower())
        for value in values
    )


class Option(NamedTuple):
    """Checks a value and parses it; the fault is empty where the value is valid."""

    fault: Callable[[object], str]
    parse: Callable[[Any], Any]


OPTIONS = {
    "source": Option(_source_fault, str),
    "path": Option(_path_fault, lambda value: str(PurePosixPath(value))),
    "extras": Option(_names_fault, _names),
    "groups": Option(_names_fault, _names),
    "exclude": Option(_strings_fault, normalized_patterns),
    "required": Option(_boolean_fault, bool),
    "sbom": Option(_boolean_fault, bool),
    "build-backend": Option(_object_fault, str),
    "backend-path": Option(_folders_fault, tuple),
}
