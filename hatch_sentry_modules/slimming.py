"""Parses a lock file in TOML without the files of each package, which are nine tenths of its text.

A list of files is cut out where it stands as the lock tools write it, and a mark with its number
is put in its place. The parsed document tells whether a package has it: a mark anywhere else
stands for an extra, a group or a dependency of that name, and its text is put back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from itertools import count
from typing import Any, TypeAlias

Values: TypeAlias = dict[str, Any]

KEYS = ("files", "wheels", "sdist")
"""The keys of a package that hold its files, in any of the formats."""

_PACKAGES = ("package", "packages", "distribution")
_MARK = "@files:"

# Without brackets and comments in it, a list ends where it seems to end; so does a table.
_FILES = re.compile(
    r"^(files|wheels) = \[[^\[\]#]*\]\n|^(sdist) = \{[^{}#\n]*(?:\{[^{}#\n]*\}[^{}#\n]*)*\}\n",
    re.MULTILINE,
)


def loads_slimmed(text: str, loads: Callable[[str], Values]) -> Values:
    r"""Parse a lock file, and leave out the files of its packages.

    Args:
        text: What the file holds, with ``\n`` at the ends of its lines.
        loads: The parser, whose errors are those of the text without the lists.
    """
    # In a string of several lines, which no lock tool writes, a line does not mean what it says.
    if _MARK in text or '"""' in text or "'''" in text:
        values = loads(text)
        drop_files(values)
        return values
    marked, number = _mark(text)
    values = loads(marked)
    found = drop_files(values)
    if len(found) < number:
        values = loads(_mark(text, found)[0])
        drop_files(values)
    return values


def _mark(text: str, only: Set[str] | None = None) -> tuple[str, int]:
    """Put marks in the place of all lists, or of some, and count the lists."""
    numbers = count()

    def replace(match: re.Match[str]) -> str:
        mark = f"{_MARK}{next(numbers)}"
        if only is not None and mark not in only:
            return match[0]
        return f'{match[1] or match[2]} = "{mark}"\n'

    return _FILES.subn(replace, text)


def drop_files(document: Values) -> Set[str]:
    """Drop the files of the packages from a document, and return the marks among them."""
    values = [package.pop(key, None) for package in _packages(document) for key in KEYS]
    return {value for value in values if isinstance(value, str) and value.startswith(_MARK)}


def _packages(document: Values) -> Iterator[Values]:
    for key in _PACKAGES:
        packages = document.get(key)
        if isinstance(packages, list):
            yield from (package for package in packages if isinstance(package, dict))
