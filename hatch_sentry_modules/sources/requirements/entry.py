"""What a line names: an address, a path or a PEP 508 requirement, in this order, as for pip."""

import re
from pathlib import PureWindowsPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from packaging import utils
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import is_version, valid_name
from hatch_sentry_modules.sources.requirements.lines import VARIABLE, Line

OPEN = "the requirements file allows more than one version"
VARYING = "its version comes from an environment variable"
VCS = "it comes from a version control system, which says no version"
ADDRESS = "it comes from an address that says no version"
LOCAL = "it is a local project without a static version"

MAX_FILE_NAME = 255
_TAGS = 3

_PINNED = re.compile(r"([A-Z0-9][A-Z0-9._-]*)\s*==\s*([A-Z0-9.!+_-]+)", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"[A-Z0-9][A-Z0-9._-]*(?=[\s\[(@<>=!~;,]|$)", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(
    r"(?:((?:git|hg|svn|bzr)(?:\+[a-z]+)?|ssh|sftp)|https?|ftp|file):", re.IGNORECASE
)
_RELATIVE = re.compile(r"file:(?!//)", re.IGNORECASE)
_EGG = re.compile(r"[#&]egg=([^&]*)")
_EXTRAS = re.compile(r"\[[^\[\]]*\]\s*$")
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz")


class Entry(NamedTuple):
    """What a line names; ``name`` is ``None`` where only an installation would tell it.

    ``version`` is ``None`` where it is not fixed, and ``reason`` says why. ``folder`` is the path
    of a local project, as it is written, and ``marker`` text that nobody has checked yet.
    """

    name: NormalizedName | None
    version: str | None = None
    reason: str = ""
    folder: str = ""
    marker: str = ""


def parse(line: Line) -> Entry:
    """Parse a requirement line."""
    # In an address a semicolon may stand for itself, so a blank has to follow the marker's.
    separator = "; " if _SCHEME.match(line.text) else ";"
    text, _, marker = line.text.partition(separator)
    text = _RELATIVE.sub("", text.strip())  # Rye writes the project itself as -e file:.
    return _parse(line, text)._replace(marker=marker.strip())


def _parse(line: Line, text: str) -> Entry:
    if pinned := _PINNED.fullmatch(text):
        return _pin(line, *pinned.groups())
    if _SCHEME.match(text):
        return _at_address(text, None)
    if _is_path(text) or (line.is_editable and "@" not in text):
        return _at_path(text)
    if VARIABLE.search(text):
        return _varying(text)
    try:
        requirement = Requirement(text)
    except ValueError:  # what packaging raises
        raise line.error("is not a valid requirement (PEP 508)", "Correct it") from None
    name = valid_name(requirement.name)
    if name is None:
        raise line.error("is not a valid requirement (PEP 508)", "Correct it")
    if requirement.url:
        return _at_address(requirement.url, name)
    # The only == or === that names a whole version fixes it.
    exact = [s.version for s in requirement.specifier if s.operator in {"==", "==="}]
    is_fixed = len(exact) == 1 and is_version(exact[0])
    is_fixed = is_fixed and requirement.specifier.contains(exact[0], prereleases=True)
    return Entry(name, exact[0]) if is_fixed else Entry(name, reason=OPEN)


def _pin(line: Line, written: str, version: str) -> Entry:
    """Take the form that nearly every line has without the cost of a full parse."""
    name = valid_name(written)
    if name is None or not is_version(version):
        raise line.error("is not a valid requirement (PEP 508)", "Correct it")
    return Entry(name, version)


def _varying(text: str) -> Entry:
    """Take the name alone from a requirement in which an environment variable stands."""
    found = _NAME.match(text)
    name = valid_name(found[0]) if found else None
    _, at, url = text.partition("@")
    return _at_address(url.strip(), name) if name and at else Entry(name, reason=VARYING)


def _at_address(url: str, name: NormalizedName | None) -> Entry:
    """Take the version of a wheel from its file name, which pip holds it to."""
    scheme = _SCHEME.match(url)
    reason = VCS if scheme and scheme[1] else ADDRESS
    try:
        found, version = _wheel(unquote(urlsplit(url).path).rpartition("/")[2])
    except ValueError:  # includes what urlsplit and the file name's parser raise
        return Entry(name or _egg(url), reason=reason)
    return Entry(name or found, version)


def _wheel(file_name: str) -> tuple[NormalizedName, str]:
    # The tags of a name are parsed to all their combinations, of which there can be thousands.
    stem, *tags = file_name.removesuffix(".whl").rsplit("-", _TAGS)
    if len(file_name) > MAX_FILE_NAME or not file_name.endswith(".whl") or len(tags) < _TAGS:
        raise utils.InvalidWheelFilename("too long, or no wheel")
    name, version, _, _ = utils.parse_wheel_filename(f"{stem}-py3-none-any.whl")
    return canonicalize_name(name, validate=True), str(version)


def _egg(url: str) -> NormalizedName | None:
    egg = _EGG.search(url)
    return valid_name(_EXTRAS.sub("", unquote(egg[1]))) if egg else None


def _is_path(text: str) -> bool:
    """Return whether pip takes a text for a path, on any system."""
    path = _EXTRAS.sub("", text)
    if "@" in path and not path.startswith("."):
        return False
    is_archive = path.lower().endswith(_ARCHIVES)
    return is_archive or path.startswith(".") or "/" in path or "\\" in path


def _at_path(text: str) -> Entry:
    path = _EXTRAS.sub("", text)
    if not path.lower().endswith(_ARCHIVES):
        return Entry(_egg(path), reason=LOCAL, folder=path.partition("#")[0])
    try:
        return Entry(*_wheel(PureWindowsPath(path).name))
    except ValueError:
        return Entry(None, reason=ADDRESS)
