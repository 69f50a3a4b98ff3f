"""The errors that bad input raises; each is one line a user can act on."""

import os
import re
from collections.abc import Iterable

# A slash between two names leads into an artifact; any other may be in an address or a path.
# Compiled when there is an error: no build has to wait for it.
_READABLE = r"(?a)(?:[\w .,\[\]'\"()*-]|(?<=[\w-])/(?=\w)){0,200}"
_LONGEST_FILE = 255  # file systems allow no longer names, a configuration does


class FreezeError(Exception):
    """Something a user gave cannot be frozen.

    The text reads ``<file>: <place>: <fault>. <remedy>.`` and is the whole message:
    hooks let it stop the build, the command line prints it and ends with status 2.
    """

    def __init__(self, *, file: str, fault: str, place: str = "", remedy: str = "") -> None:
        self.file, self.place, self.fault, self.remedy = file, place, fault, remedy
        where = ": ".join(part for part in (file[:_LONGEST_FILE], _readable(place)) if part)
        text = " ".join(f"{part}." for part in (f"{where}: {fault}", remedy) if part)
        super().__init__(one_line(text))


def one_line(text: str) -> str:
    """Return a text as one line of ASCII that does nothing to a terminal."""
    return re.sub(r"[^ -~]", "?", text)


def _readable(place: str) -> str:
    """Cut a place off where a key in it is not a name: it may be an address, or an escape code."""
    found = re.match(_READABLE, place)
    readable = found[0] if found else ""
    return place if readable == place else f"{readable}..."


class ConfigError(FreezeError):
    """The configuration holds one or more mistakes; ``fault`` lists them all."""


class SourceError(FreezeError):
    """A lock file, or the project file beside it, cannot be read for what it says it is."""


class SourceNotFoundError(SourceError):
    """The project holds no usable source."""


class RefusedEnvironmentError(FreezeError):
    """The source was not resolved for the asked environment, so it says nothing about it."""


def refuse_unknown(file: str, kind: str, asked: Iterable[str], known: Iterable[str]) -> None:
    """Refuse what a lock file does not hold by a ``SourceError`` that names the nearest."""
    for name in sorted({*asked}.difference(known)):
        readable = sorted(name for name in known if re.fullmatch(_READABLE, name))
        import difflib  # seldom needed, and slow to import

        nearest = difflib.get_close_matches(name, readable, n=1, cutoff=0)
        remedy = f"The nearest is {nearest[0]!r}" if nearest else ""
        raise SourceError(file=file, fault=f"it holds no {kind} {name!r}", remedy=remedy)


def unwritable(file: str, error: OSError, remedy: str = "") -> FreezeError:
    """Make the error for a file that cannot be written, with the reason that the system gives."""
    fault = f"cannot be written ({error.strerror or _copying(error)})"
    return FreezeError(file=file, fault=fault, remedy=remedy)


def _copying(error: OSError) -> str:
    """Return why the first file could not be copied; ``shutil.Error`` has texts with paths."""
    (_, _, text), *_ = error.args[0]
    if number := re.match(r"\[Errno (\d+)\]", text):
        return os.strerror(int(number[1]))
    words = re.match(r"\[WinError \d+\] ([\w ,.-]+)", text)  # whose numbers only Windows knows
    return words[1].rstrip(" .") if words else "it holds a pipe or a device"
