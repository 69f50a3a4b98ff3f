"""Puts the line that starts the run-time package in front of a program's own first statement."""

import ast
import codecs
import io
import tokenize
import warnings

from hatch_sentry_modules import layout, runtime_package
from hatch_sentry_modules.errors import FreezeError

MAIN = "__main__.py"

LONGEST = 1 << 17
"""A longer program would take too much memory as a tree."""

_LONGEST_DECODED = 1 << 16
"""So long is one in another encoding: to decode punycode takes the square of its length."""

UNREADABLE = "cannot be read as Python source"
REMEDY = "Inject without --activate"

CALL = f'__import__("{runtime_package.PACKAGE}").activate("{layout.MODULE}")'

LINE = f"{CALL}  # added by sentry-modules inject"
"""It binds no name, so that the program's own are as they were."""


def with_line(name: str, source: bytes | None) -> bytes:
    """Return the ``__main__.py`` of an artifact with the line, once.

    Raises ``FreezeError`` where there is none, or where it is no Python source.
    """
    if source is None:
        fault = "is not there, so nothing starts this program"
        remedy = f"Add to what does: {CALL}"
        raise FreezeError(file=name, place=MAIN, fault=fault, remedy=remedy)
    if len(source) > LONGEST:
        raise FreezeError(file=name, place=MAIN, fault=UNREADABLE, remedy=REMEDY)
    line = LINE.encode("ascii")
    mark = codecs.BOM_UTF8 if source.startswith(codecs.BOM_UTF8) else b""
    lines = source[len(mark) :].splitlines(keepends=True)
    if line in (known.rstrip() for known in lines):
        return source
    tree = _parse(name, source)
    position = _header(tree) or _comments(lines)
    ending = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    if position and not lines[position - 1].endswith((b"\r", b"\n")):
        lines[position - 1] += ending
    result = b"".join([mark, *lines[:position], line + ending, *lines[position:]])
    # Where a backslash joins lines, there is no place between them.
    if len(_parse(name, result).body) != len(tree.body) + 1:
        raise FreezeError(file=name, place=MAIN, fault=UNREADABLE, remedy=REMEDY)
    return result


def _parse(name: str, source: bytes) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python would print lines of the program
            encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
            longest = LONGEST if encoding.startswith("utf-8") else _LONGEST_DECODED
            return ast.parse(source if len(source) <= longest else b"(")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FreezeError(file=name, place=MAIN, fault=UNREADABLE, remedy=REMEDY) from None


def _header(tree: ast.Module) -> int:
    """Find on which line the docstring and the future imports end, and what shares that line."""
    position = 0
    has_docstring = ast.get_docstring(tree, clean=False) is not None
    for index, statement in enumerate(tree.body):
        is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if is_future or (has_docstring and index == 0) or statement.lineno <= position:
            position = statement.end_lineno or statement.lineno
    return position


def _comments(lines: list[bytes]) -> int:
    """Count the lines before the first that is not a comment, nor empty."""
    starts = (index for index, line in enumerate(lines) if line.strip()[:1] not in (b"", b"#"))
    return next(starts, len(lines))
