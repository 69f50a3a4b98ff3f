"""Turns a requirements file's bytes into its logical lines, as pip does.

https://pip.pypa.io/en/stable/reference/requirements-file-format/ describes encodings, comments and
line continuations; ``pip/_internal/req/req_file.py`` decides where the page is silent.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from hatch_sentry_modules.document import quoted
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.reading import read_bytes

# The look-behind keeps a line of a million blanks from being tried at every blank.
_COMMENT = re.compile(r"(^|(?<!\s)\s+)#.*$")
_ENCODING = re.compile(rb"coding[:=]\s*([-\w.]+)")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(path: Path) -> str:
    """Decode a file: by its byte order mark, else its PEP 263 comment, else as UTF-8.

    pip falls back to the encoding of the machine's locale; two machines would read two files.

    Raises:
        SourceNotFoundError: There is no such file.
        SourceError: It cannot be read, or is not text in its encoding.
    """
    data = read_bytes(path)
    mark, encoding = next(((m, e) for m, e in _BOMS if data.startswith(m)), (b"", ""))
    if not encoding:
        comments = (line for line in data.split(b"\n", 2)[:2] if line.startswith(b"#"))
        declared = next((m for line in comments if (m := _ENCODING.search(line))), None)
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    try:
        return data[len(mark) :].decode(encoding)
    except (LookupError, ValueError):
        fault = f"is not text in the encoding {quoted(encoding)}"
        remedy = (
            "Write it in UTF-8, or name its encoding in a first line such as '# coding: cp1252'"
        )
        raise SourceError(file=path.name, fault=fault, remedy=remedy) from None


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Join continued lines, then cut comments off and leave out empty lines.

    Returns:
        The number of the first line, from 1, and the joined text.
    """
    for number, line in _joined(text):
        kept = (_COMMENT.sub("", line) if "#" in line else line).strip()
        if kept:
            yield number, kept


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Join a line that ends with a backslash with the next; a comment ends a continuation."""
    first, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        is_comment = "#" in line and _COMMENT.match(line) is not None
        first = first or number
        if line.endswith("\\") and not is_comment:
            parts.append(line.strip("\\"))
            continue
        # The blank lets the comment be seen behind what it continues.
        yield first, "".join([*parts, " " + line if is_comment else line])
        first, parts = 0, []
    if parts:
        yield first, "".join(parts)
