"""Reads a requirements file and all that it includes into its requirement lines, as pip does.

The steps are those of pip 26.3 (``pip/_internal/req/req_file.py``), but for environment variables,
which stay: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import getopt
import os
import re
import shlex
from pathlib import Path, PureWindowsPath
from typing import NamedTuple, TypeAlias

from hatch_sentry_modules.document import quoted
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.sources.requirements.text import decode, logical_lines

VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
"""An environment variable in pip's spelling. Its value is the build machine's, so it stays out."""

MAX_DEPTH = 50
"""How many files may include one another; real ones need three or four."""

_LONGEST_OPTIONS = 1 << 16  # they are copied for each of them
_MOST_LINES = 150_000  # each takes a kilobyte of memory

_ADDRESS = re.compile(r"(https?|file):", re.IGNORECASE)
_HASH = re.compile(r"(sha256|sha384|sha512):.*", re.DOTALL)
_HASHES = re.compile(r"(\s*--hash[= ](sha256|sha384|sha512):[0-9a-fA-F]+)+")

_INCLUDE, _CONSTRAIN, _EDIT = ("-r", "--requirement"), ("-c", "--constraint"), ("-e", "--editable")
_SHORT = "r:c:e:i:f:C:"
_LONG = (
    *("requirement=", "constraint=", "editable=", "hash=", "config-settings=", "config-setting="),
    *("index-url=", "pypi-url=", "extra-index-url=", "find-links=", "no-index", "trusted-host="),
    *("no-binary=", "only-binary=", "prefer-binary", "pre", "all-releases=", "only-final="),
    *("require-hashes", "no-require-hashes", "use-feature="),
    # Known to pip before 23.1, so they stand in old files.
    *("install-option=", "global-option="),
)
"""The options that pip allows in a requirements file; a value follows the equals sign."""

_Options: TypeAlias = list[tuple[str, str]]


class Line(NamedTuple):
    """A requirement, address or path with its marker, and its place; a constraint only limits."""

    file: str
    number: int
    text: str
    is_editable: bool
    is_constraint: bool

    def error(self, fault: str, remedy: str = "") -> SourceError:
        """Make the error that says what is wrong with the line; it never repeats the line."""
        return SourceError(file=self.file, place=f"line {self.number}", fault=fault, remedy=remedy)


def read(path: Path) -> tuple[list[Line], list[str]]:
    """Read the lines of a file and those it includes, and a warning for each part not read."""
    reader = _Reader()
    reader.read(path, is_constraint=False, above=())
    return reader.lines, reader.warnings


class _Reader:
    """Collects the lines of a file and of its includes, each file once."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.warnings: list[str] = []
        self._done: set[tuple[Path, bool]] = set()

    def read(self, path: Path, *, is_constraint: bool, above: tuple[Path, ...]) -> None:
        self._done.add((_real(path), is_constraint))
        above = (*above, _real(path))
        for number, whole in logical_lines(decode(path)):
            text, written = _cut_options(whole)
            line = Line(path.name, number, text, False, is_constraint)
            is_plain = not written or (text and _HASHES.fullmatch(written))
            options = [] if is_plain else _parse(line, written)
            editables = _values(options, _EDIT)
            if not text and not editables:
                self._include(line, options, path.parent, above)
            else:
                text = text or editables[0]
                if len(self.lines) >= _MOST_LINES:
                    raise line.error("the list is longer than any real one")
                self.lines.append(line._replace(text=text, is_editable=bool(editables)))

    def _include(
        self, line: Line, options: _Options, folder: Path, above: tuple[Path, ...]
    ) -> None:
        # pip takes the first one on a line, and a file that is included by a constraints file
        # with -r adds its requirements nevertheless.
        included = _values(options, _INCLUDE)
        is_constraint = not included
        for written in (included or _values(options, _CONSTRAIN))[:1]:
            if _ADDRESS.match(written):
                if not is_constraint:
                    remedy = "Keep a copy beside this file and include that"
                    raise line.error("includes an address, and the network is not used", remedy)
                where = f"{line.file}: line {line.number}"
                self.warnings.append(f"{where}: the constraints at an address are not read.")
                return
            path = _find(line, folder, written)
            if _real(path) in above:
                fault = f"{quoted(path.name)} includes itself"
                raise line.error(fault, "Remove one of the includes")
            if len(above) >= MAX_DEPTH:
                raise line.error("files are included too deeply", "Join some of them")
            if (_real(path), is_constraint) not in self._done:
                self.read(path, is_constraint=is_constraint, above=above)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # resolve() refuses a loop before Python 3.13


def _find(line: Line, folder: Path, written: str) -> Path:
    if VARIABLE.search(written):
        fault = "the included file is named by an environment variable"
        raise line.error(fault, "Name the file itself, so that every machine reads the same one")
    path = folder / written
    # Anything else, such as a device, might never end.
    if os.path.isfile(path):  # noqa: PTH113  # what is written can be anything
        return path
    name = quoted(PureWindowsPath(written).name)
    raise line.error(f"the included file {name} is missing", "Restore it, or remove the line")


def _cut_options(line: str) -> tuple[str, str]:
    """Split a line before its options: as shell words, a marker would lose its quotes."""
    if " -" not in f" {line}":
        return line, ""
    words = line.split(" ")
    first = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
    return " ".join(words[:first]), " ".join(words[first:])


def _parse(line: Line, written: str) -> _Options:
    if len(written) > _LONGEST_OPTIONS:
        raise line.error("holds longer options than any real line", "Shorten it")
    try:
        options, _ = getopt.gnu_getopt(shlex.split(written), _SHORT, _LONG)
        if all(_HASH.fullmatch(value) for value in _values(options, ("--hash",))):
            return options
    except (getopt.GetoptError, ValueError):
        pass
    raise line.error("holds options that pip would refuse")


def _values(options: _Options, names: tuple[str, ...]) -> list[str]:
    return [value for name, value in options if name in names]
