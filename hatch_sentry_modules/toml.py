"""The parser of TOML: Python's own, or tomli where Python has none."""

import re
import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
    from tomllib import TOMLDecodeError
else:
    import tomli as tomllib
    from tomli import TOMLDecodeError

__all__ = ["TOMLDecodeError", "loads"]

_MOST_PARTS = 50
_LONG_LINE = 2 * _MOST_PARTS  # a shorter one has no room for more parts
_PART = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*"
_DEEP_KEY = rf"(?:^|[\[{{,])[ \t]*(?:{_PART}){{{_MOST_PARTS}}}"


def loads(text: str) -> dict[str, Any]:
    """Parse a document; ``ValueError`` where a dotted key has more parts than any real one.

    The parsers take the square of its length in time and in memory. Raises ``TOMLDecodeError``
    where it is no TOML.
    """
    for line in text.split("\n"):
        if len(line) > _LONG_LINE and re.search(_DEEP_KEY, line):
            raise ValueError("a key has too many parts")
    return tomllib.loads(text)
