"""Parses a lock file in TOML without the files of each package, which are nine tenths of its text.

They are cut only as lock tools write them: elsewhere that name may be an extra or a dependency.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Values: TypeAlias = dict[str, Any]

KEYS = ("files", "wheels", "sdist")
"""The keys of a package that hold its files, in any of the formats."""

_PACKAGES = ("package", "packages", "distribution")
_HEADERS = tuple(f"\n[[{key}]]\n" for key in _PACKAGES)
_START = re.compile(r"\n(?:files|wheels|sdist) = ([\[{])")
_INDENTED_HEADER = re.compile(r"\n[ \t]+\[")


def loads_slimmed(text: str, loads: Callable[[str], Values]) -> Values:
    """Parse a lock file with plain line ends, and leave out the files of its packages."""
    # In a string of several lines, which no lock tool writes, a line does not mean what it says,
    # and a merge conflict is a mistake wherever it is.
    if '"""' not in text and "'''" not in text and "\n<<<<<<< " not in text:
        slim = "".join(_without_files(text))
        if not _INDENTED_HEADER.search(slim):
            text = slim
    values = loads(text)
    drop_files(values)
    return values


def _without_files(text: str) -> Iterator[str]:
    """Yield the parts of a text between the lists of files; no part is searched twice."""
    end = at = close = 0
    is_in_package = False
    while start := _START.search(text, end):
        header = text.rfind("\n[", at, start.start() + 1)
        is_in_package = text.startswith(_HEADERS, header) if header >= 0 else is_in_package
        at, stop = start.start(), 0
        if is_in_package and _is_key(text, at):
            if start[1] == "[" and 0 <= close < start.end():
                close = text.find("]", start.end())
            stop = _end(text, start.end(), close if start[1] == "[" else None)
        yield text[end : at if stop else start.end()]
        end = stop or start.end()
    yield text[end:]


def _is_key(text: str, at: int) -> bool:
    """Whether a line that begins like a key is one, not part of an inline table (TOML 1.1)."""
    before = text[text.rfind("\n", 0, at) + 1 : at].rstrip()
    return bool(before) and before[-1] not in "{," and "#" not in before


def _end(text: str, start: int, close: int | None) -> int:
    """Return where a list of files ends, or a table without ``close``; 0 where it is odd."""
    if close is None:
        end = text.find("\n", start)
        is_plain = end >= 0 and text.endswith("}", start, end) and text.find("#", start, end) < 0
        return end if is_plain else 0
    is_alone = close >= 0 and text.startswith("\n]\n", close - 1)
    is_plain = is_alone and text.find("[", start, close) < 0 and text.find("#", start, close) < 0
    return close + 1 if is_plain else 0


def drop_files(document: Values) -> None:
    """Drop the files of the packages from a document."""
    for key in _PACKAGES:
        packages = document.get(key)
        for package in packages if isinstance(packages, list) else ():
            if isinstance(package, dict):
                for name in KEYS:
                    package.pop(name, None)
