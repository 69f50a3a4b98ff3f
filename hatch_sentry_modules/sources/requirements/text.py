"""Turns a requirements file's bytes into text and logical lines, as pip does.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import codecs
import re
from collections.abc import Iterator, Set
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import quoted
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.flat_list import is_headed_so
from hatch_sentry_modules.reading import read_bytes

# The look-behind keeps a line of a million blanks from being tried at every blank.
_COMMENT = re.compile(r"(^|(?<!\s)\s+)#.*$")
_ENCODING = re.compile(rb"coding[:=]\s*([-\w.]+)")

_FROZEN = re.compile(r"\w[\w.-]*==[\w.!+-]+|\w[\w.-]* @ \S+|-e \S+|# Editable .*", re.ASCII)
_ENTRY = re.compile(r"^(\w[\w.-]*).*(?:\n[ \t]+.*)*", re.ASCII | re.MULTILINE)
_NEEDING = re.compile(r"(?:#|,|\bvia) +(?!via\b)(\w[\w.-]*)", re.ASCII)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(path: Path) -> str:
    """Decode a file: by its byte order mark, else its PEP 263 comment, else as UTF-8."""
    data = read_bytes(path)
    mark, encoding = next(((m, e) for m, e in _BOMS if data.startswith(m)), (b"", ""))
    if not encoding:
        comments = (line for line in data.split(b"\n", 2)[:2] if line.startswith(b"#"))
        declared = next((m for line in comments if (m := _ENCODING.search(line))), None)
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    try:
        # Punycode takes the square of a text's length, and nobody writes such a file in it.
        is_usable = codecs.lookup(encoding).name != "punycode"
        return data[len(mark) :].decode(encoding if is_usable else "undefined")
    except (LookupError, ValueError):
        fault = f"is not text in the encoding {quoted(encoding)}"
        remedy = "Write it in UTF-8, or name its encoding in a first line: '# coding: cp1252'"
        raise SourceError(file=path.name, fault=fault, remedy=remedy) from None


def is_one_platform(text: str) -> bool:
    """Whether its header says so, or it is a list of bare pins as ``pip freeze`` writes them.

    https://pip.pypa.io/en/stable/cli/pip_freeze/
    """
    lines = text.splitlines()
    if is_headed_so(lines):
        return True
    pins = [line.lower().partition("==")[0] for line in lines if "==" in line and line[0] != "#"]
    return len(pins) > 1 and all(map(_FROZEN.fullmatch, lines)) and pins == sorted(pins)


def needed_by(text: str, names: Set[NormalizedName]) -> Iterator[NormalizedName]:
    """Yield what one of some distributions needs, where comments such as ``# via flask`` tell."""
    for entry in _ENTRY.finditer(text):
        needing = map(canonicalize_name, _NEEDING.findall(entry[0]))
        if not names.isdisjoint(needing):
            yield canonicalize_name(entry[1])


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines without comments, those that continue one another joined, by their number."""
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
