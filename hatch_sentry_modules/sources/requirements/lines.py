"""Reads a requirements file and all that it includes into its requirement lines, as pip does.

https://pip.pypa.io/en/stable/reference/requirements-file-format/ describes the format. Where the
page is silent, pip's own reader decides (``pip/_internal/req/req_file.py``, version 26.3): the
steps here are its steps, in its order, except that environment variables are never expanded.
"""

from __future__ import annotations

import optparse
import re
import shlex
from pathlib import Path, PureWindowsPath
from typing import NamedTuple, NoReturn

from hatch_sentry_modules.document import quoted
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.sources.requirements.text import decode, logical_lines

VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
"""An environment variable in pip's spelling. Its value is the build machine's, so it stays out."""

MAX_DEPTH = 50
"""How many files may include one another; real ones need three or four."""

_ADDRESS = re.compile(r"(https?|file):", re.IGNORECASE)
_HASH = re.compile(r"(sha256|sha384|sha512):.*", re.DOTALL)
_HASHES = re.compile(r"(\s*--hash[= ](sha256|sha384|sha512):[0-9a-fA-F]+)+")

_FLAGS = ("--no-index", "--prefer-binary", "--require-hashes", "--no-require-hashes", "--pre")
_WITH_VALUE = (
    ("-i", "--index-url", "--pypi-url"),
    ("--extra-index-url",),
    ("-f", "--find-links"),
    ("--no-binary",),
    ("--only-binary",),
    ("--all-releases",),
    ("--only-final",),
    ("--trusted-host",),
    ("--use-feature",),
    ("-C", "--config-settings", "--config-setting"),
    # Known to pip before 23.1, so they stand in old files.
    ("--install-option",),
    ("--global-option",),
)


class Line(NamedTuple):
    """A requirement as it is written, with its place.

    ``text`` is a PEP 508 requirement, an address or a path, with its marker, without options.
    ``is_constraint`` tells that it adds nothing, but limits what others add.
    """

    file: str
    number: int
    text: str
    is_editable: bool
    is_constraint: bool

    def error(self, fault: str, remedy: str = "") -> SourceError:
        """Make the error that says what is wrong with the line; it never repeats the line."""
        return SourceError(file=self.file, place=f"line {self.number}", fault=fault, remedy=remedy)


def read(path: Path) -> tuple[list[Line], list[str]]:
    """Read a requirements file and the files it includes.

    Relative includes may leave the project's folder, as in a monorepo: pip follows them too, and
    neither a message nor the manifest shows anything of the files but names and versions.

    Returns:
        The requirements, and a warning, a sentence, for each part that is not read.

    Raises:
        SourceNotFoundError: There is no such file.
        SourceError: A file cannot be read, an included file is missing or includes itself,
            or a line holds what pip refuses.
    """
    reader = _Reader()
    reader.read(path, is_constraint=False, above=())
    return reader.lines, reader.warnings


class _Reader:
    """Collects the lines of a file and of its includes, each file once."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.warnings: list[str] = []
        self._done: set[tuple[Path, bool]] = set()
        self._parser = _parser()

    def read(self, path: Path, *, is_constraint: bool, above: tuple[Path, ...]) -> None:
        self._done.add((path.resolve(), is_constraint))
        above = (*above, path.resolve())
        for number, text in logical_lines(decode(path)):
            requirement, options = self._split(Line(path.name, number, text, False, is_constraint))
            if options is None:
                self.lines.append(requirement)
            elif options.includes or options.constraints:
                self._include(requirement, options, path.parent, above)

    def _split(self, line: Line) -> tuple[Line, optparse.Values | None]:
        """Cut the options off a line, and give them only if there is no requirement on it."""
        text, written = _cut_options(line.text)
        if not written or (text and _HASHES.fullmatch(written)):
            return line._replace(text=text), None
        try:
            options, _ = self._parser.parse_args(shlex.split(written))
        except ValueError:
            raise line.error("holds options that pip would refuse") from None
        is_editable = bool(options.editables)
        if text or is_editable:
            text = text or options.editables[0]
            return line._replace(text=text, is_editable=is_editable), None
        return line, options

    def _include(
        self, line: Line, options: optparse.Values, folder: Path, above: tuple[Path, ...]
    ) -> None:
        # pip takes the first one on a line, and a file that is included by a constraints file
        # with -r adds its requirements nevertheless.
        is_constraint = not options.includes
        written = (options.includes or options.constraints)[0]
        if _ADDRESS.match(written):
            if not is_constraint:
                remedy = "Keep a copy beside this file and include that"
                raise line.error("includes an address, and the network is not used", remedy)
            where = f"{line.file}: line {line.number}"
            self.warnings.append(f"{where}: the constraints at an address are not read.")
            return
        path = _find(line, folder, written)
        if path.resolve() in above:
            raise line.error(f"{path.name} includes itself", "Remove one of the includes")
        if len(above) >= MAX_DEPTH:
            raise line.error("files are included too deeply", "Join some of them")
        if (path.resolve(), is_constraint) not in self._done:
            self.read(path, is_constraint=is_constraint, above=above)


def _find(line: Line, folder: Path, written: str) -> Path:
    if VARIABLE.search(written):
        fault = "the included file is named by an environment variable"
        raise line.error(fault, "Name the file itself, so that every machine reads the same one")
    path = folder / written
    try:
        # Anything else, such as a device, might never end.
        if path.is_file():
            return path
    except (OSError, ValueError):
        pass
    name = quoted(PureWindowsPath(written).name)
    raise line.error(f"the included file {name} is missing", "Restore it, or remove the line")


def _cut_options(line: str) -> tuple[str, str]:
    """Split a line before its first word that begins with a hyphen.

    Only the options are shell words: shlex would take the quotes out of a marker.
    """
    if " -" not in f" {line}":
        return line, ""
    words = line.split(" ")
    first = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
    return " ".join(words[:first]), " ".join(words[first:])


class _Parser(optparse.OptionParser):
    """Raises where optparse would print to the user and end the process."""

    def error(self, msg: str) -> NoReturn:
        raise ValueError(msg)


def _check_hash(_: object, option: str, value: str, parser: optparse.OptionParser) -> None:
    if not _HASH.fullmatch(value):
        parser.error(f"{option} is malformed")


def _parser() -> _Parser:
    """Make the parser of the options that pip allows in a requirements file."""
    parser = _Parser(add_help_option=False)
    parser.add_option("-r", "--requirement", dest="includes", action="append")
    parser.add_option("-c", "--constraint", dest="constraints", action="append")
    parser.add_option("-e", "--editable", dest="editables", action="append")
    parser.add_option("--hash", type="string", action="callback", callback=_check_hash)
    for flag in _FLAGS:
        parser.add_option(flag, action="store_true")
    for names in _WITH_VALUE:
        parser.add_option(*names)
    return parser
