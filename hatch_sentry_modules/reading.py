"""Reads TOML and JSON files, within bounds; what is wrong in one is said with its place in it."""

import json
import re
import stat
from pathlib import Path

from hatch_sentry_modules import toml
from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.errors import SourceError, SourceNotFoundError
from hatch_sentry_modules.slimming import Values, drop_files, loads_slimmed

LARGEST_FILE = 2**26
"""In bytes; the largest real lock files have some ten million."""

_PLAIN = r"(?!.*(?:@|://))[ -~]{0,200}"  # compiled where it is needed, which is seldom
_MOST_VALUES = 600_000  # objects and arrays: each takes some 200 bytes of memory
_TOO_DEEP = "values are nested too deeply or too long"
_MEND = "The file may be cut off or hold a merge conflict: write it anew with its own tool"


class RefusedFileError(SourceError):
    """What stands there is a device, a pipe or a folder, or far too large."""


def read_bytes(path: Path) -> bytes:
    """Read a regular file that is no larger than a real one.

    Raises ``SourceNotFoundError`` where there is no such file, and ``RefusedFileError`` where it is
    not a regular file, or too large, and ``SourceError`` where it cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RefusedFileError(file=path.name, fault="is not a regular file")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            fault, remedy = "is a link to nothing", "Mend the link, or remove it"
            raise SourceNotFoundError(file=path.name, fault=fault, remedy=remedy) from None
        raise SourceNotFoundError(file=path.name, fault="there is no such file") from None
    except OSError as error:
        raise SourceError(file=path.name, fault=f"cannot be read ({error.strerror})") from None
    if len(data) > LARGEST_FILE:
        fault = f"is larger than {LARGEST_FILE // 2**20} MB, which no real one is"
        raise RefusedFileError(file=path.name, fault=fault)
    return data


def read_text(path: Path) -> str:
    """Read a UTF-8 file, in which lines end with a line feed; see :func:`read_bytes` for errors."""
    try:
        text = read_bytes(path).decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        place = Place(path.name, f"byte {error.start}")
        raise place.error("is not UTF-8 text", "Write the file anew") from None
    return text.replace("\r\n", "\n") if "\r" in text else text


def read_toml(path: Path) -> Table:
    """Read a TOML file; see :func:`read_text` for the errors, and a syntax error is one more."""
    return _parse_toml(path, read_text(path))


def read_lock(path: Path) -> Table:
    """Read a lock file in TOML, but not the files and hashes of each distribution."""
    text = read_text(path)
    try:
        return Table(loads_slimmed(text, toml.loads), Place(path.name))
    except (MemoryError, RecursionError, ValueError):  # a TOMLDecodeError is one
        table = _parse_toml(path, text)
        drop_files(table.values)
        return table


def _parse_toml(path: Path, text: str) -> Table:
    try:
        return Table(toml.loads(text), Place(path.name))
    except toml.TOMLDecodeError as error:
        fault, _, place = str(error).partition(" (at ")
        raise _syntax_error(Place(path.name, place.rstrip(")")), fault) from None
    except (MemoryError, RecursionError, ValueError):
        raise _syntax_error(Place(path.name), _TOO_DEEP) from None


def read_json(path: Path) -> Table:
    """Read a JSON file whose top is an object; errors as for :func:`read_toml`."""
    return parse_json(path.name, read_text(path))


def parse_json(file: str, text: str) -> Table:
    """Parse the JSON text of a file; see :func:`read_json`."""
    if text.count("{") + text.count("[") > _MOST_VALUES:
        raise _syntax_error(Place(file), "holds more values than any real one")
    try:
        values: Values = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(file, f"line {error.lineno}, column {error.colno}")
        raise _syntax_error(place, error.msg) from None
    except (MemoryError, RecursionError, ValueError):
        raise _syntax_error(Place(file), _TOO_DEEP) from None
    if not isinstance(values, dict):
        raise _syntax_error(Place(file), "the top of the file is not an object")
    return Table(values, Place(file))


def _syntax_error(place: Place, fault: str) -> SourceError:
    if not re.fullmatch(_PLAIN, fault):  # it quotes a key, which may be an address
        fault = re.split(r"['\"(]", fault)[0].rstrip()
    return place.error(fault[:1].lower() + fault[1:], _MEND)
