"""Checks ``[tool.sentry-modules]``, the one configuration table of every entrance."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from packaging.utils import NormalizedName

from hatch_sentry_modules import layout
from hatch_sentry_modules.document import LONGEST_NAME, Place, Table, quoted
from hatch_sentry_modules.errors import ConfigError, SourceError

TABLE = "tool.sentry-modules"

HATCH_TABLE = "tool.hatch.build.hooks.sentry-modules"
"""Hatch needs a table of its own to switch the hook on; it may hold the options instead."""

HATCHLING_KEYS = {
    *("dependencies", "enable-by-default"),
    *("require-runtime-dependencies", "require-runtime-features"),
}
"""What hatchling itself reads there (https://hatch.pypa.io/latest/config/build/#build-hooks)."""


class Config(NamedTuple):
    """What a user may decide; ``path`` is where the generated module goes in the wheel.

    ``build_backend`` and ``backend_path`` are of :mod:`hatch_sentry_modules.backend` alone.
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
    """Read a project's configuration; hatchling hands its own table to its hook.

    Raises ``ConfigError`` that names every mistake, each with its full TOML path.
    """
    tool = document.table("tool")
    build = tool.table("hatch").table("build")
    values = build.table("hooks").table("sentry-modules").values
    own = {key: value for key, value in values.items() if key not in HATCHLING_KEYS}
    shared = tool.table("sentry-modules").values
    if own and shared:
        fault = f"{TABLE} and {HATCH_TABLE} both hold options"
        raise ConfigError(file=document.file, fault=fault, remedy="Keep them in one of the two")
    table, options = (HATCH_TABLE, own) if own else (TABLE, shared)
    if hook_values is None:
        wheel = build.table("targets").table("wheel")
        hook_values = wheel.table("hooks").table("sentry-modules").values
    # Hatch has more places for it: a target's own table, and hatch.toml.
    mistakes = [
        f"hooks.sentry-modules.{_shown(key)}: stands where not every entrance reads it; move it "
        f"to [{TABLE}]"
        for key, value in hook_values.items()
        if key not in HATCHLING_KEYS and own.get(key) != value
    ]
    found: dict[str, Any] = {}
    for key, value in options.items():
        if key not in OPTIONS:
            mistakes.append(f"{table}.{_unknown(key)}")
            continue
        try:
            found[key.replace("-", "_")] = OPTIONS[key](value)
        except ValueError as fault:
            mistakes.append(f"{table}.{key}: {fault}")
    if mistakes:
        raise ConfigError(file=document.file, fault="; ".join(mistakes))
    return Config(**found)


def _unknown(key: str) -> str:
    import difflib  # seldom needed, and slow to import

    nearest = difflib.get_close_matches(key, OPTIONS, n=1, cutoff=0)
    return f"{_shown(key)}: unknown option, the nearest is {nearest[0]!r}"


def _shown(key: str) -> str:
    return key if re.fullmatch(r"[\w-]{1,60}", key, re.ASCII) else quoted(key)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004  # a mistake in the table
    return value


def _source(value: object) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(
            "must be 'auto', 'installed', 'installed:PLACE' or the path of a lock file"
        )
    return value


def _path(value: object) -> str:
    path = PurePosixPath(value if isinstance(value, str) else "")
    if path.name != layout.FILE_NAME or str(value).endswith("/") or "\\" in str(value):
        # The run-time side, the bundlers and inspect look for this name.
        raise ValueError(f"must be a path to {layout.FILE_NAME} in the wheel, with forward slashes")
    # Neither a root nor a way up is a name.
    if not all(part.isidentifier() for part in path.with_suffix("").parts):
        fault = "must lie in the wheel, and each part of it must be a name that Python can import"
        raise ValueError(fault)
    return str(path)


def _backend(value: object) -> str:
    names = value.replace(":", ".", 1).split(".") if isinstance(value, str) else [""]
    if not all(name.isidentifier() and name.isascii() for name in names):
        raise ValueError("must name a build backend, such as 'uv_build' or 'package.module:object'")
    return str(value)


def _strings(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError("must be an array of strings")
    return value


def _folders(value: object) -> tuple[str, ...]:
    for folder in map(PurePosixPath, _strings(value)):
        if folder.is_absolute() or ".." in folder.parts or {"\\", "\0"} & {*str(folder)}:
            raise ValueError("must hold folders in the project, with forward slashes")
    return tuple(_strings(value))


def _names(value: object) -> frozenset[NormalizedName]:
    try:
        return frozenset(map(Place(TABLE).name, _strings(value)))
    except SourceError as error:
        raise ValueError(error.fault) from None


def patterns(value: object) -> tuple[str, ...]:
    """Normalize patterns as names are, but for what stands in brackets.

    Raises ``ValueError`` for what is no array of short texts.
    """
    texts = _strings(value)
    if any(len(text) > LONGEST_NAME for text in texts):
        raise ValueError(f"must hold patterns of at most {LONGEST_NAME} characters")
    if not all(text.isascii() and text.isprintable() for text in texts):
        raise ValueError("must hold patterns of ASCII letters, as names are")

    def separator(found: re.Match[str]) -> str:
        return found[0] if found[0][0] == "[" else "-"

    return tuple(re.sub(r"\[[^\]]*\]|[-_.]+", separator, text.lower()) for text in texts)


OPTIONS: Mapping[str, Callable[[object], Any]] = {
    "source": _source,
    "path": _path,
    "extras": _names,
    "groups": _names,
    "exclude": patterns,
    "required": _boolean,
    "sbom": _boolean,
    "build-backend": _backend,
    "backend-path": _folders,
}
"""What makes the parsed form of each option, or raises a ValueError that says what is wrong."""
