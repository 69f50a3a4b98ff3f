"""Finds the folders that hold the installed distributions of a place, without running anything.

An interpreter that a project names could be any program, so it is never started.
https://docs.python.org/3/library/site.html
"""

import locale
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from hatch_sentry_modules.document import Place
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.reading import read_bytes

INSTALLED = Place("installed")

_VERSION = re.compile(r"\d+\.\d+")
_ENVIRONMENT = "pyvenv.cfg"
_LAYOUTS = ("lib*/*/site-packages", "lib*/*/dist-packages", "Lib/site-packages")
"""Where distributions lie below a prefix: generally, on Debian, and on Windows."""


def find(place: Path) -> list[Path]:
    """Find the folders of an interpreter, environment or target, in the order of ``import``."""
    try:
        return list(_linked(_find(place)))
    except (OSError, ValueError, RuntimeError):
        raise INSTALLED.error("its place cannot be read", "Correct 'source'") from None


def _find(place: Path) -> Iterable[Path]:
    if not place.is_file():
        if (place / _ENVIRONMENT).is_file():
            return _of_environment(place)
        if place.is_dir():
            return _below([place]) or [place]
        fault = "there is no such interpreter or folder"
        raise INSTALLED.error(fault, "Correct the path in 'source'")
    if found := _of_interpreter(place):
        return found
    fault = "nothing tells where this interpreter keeps its distributions"
    raise INSTALLED.error(fault, "Name the folder that holds them instead")


def _of_interpreter(program: Path) -> list[Path]:
    """Follow an interpreter to its environment, else from its real place to its prefix."""
    for folder in (program.parent.parent, program.parent):
        if (folder / _ENVIRONMENT).is_file():
            return _of_environment(folder)
    real = program.resolve()
    version = _VERSION.search(real.name)
    return _of_prefix(real.parent, version[0] if version else "")


def _of_environment(folder: Path) -> list[Path]:
    """Read a virtual environment: PEP 405 puts what it inherits into its ``pyvenv.cfg``."""
    lines = (folder / _ENVIRONMENT).read_text(encoding="utf-8-sig").splitlines()
    pairs = (line.partition("=") for line in lines)
    values = {key.strip().lower(): value.strip() for key, _, value in pairs}
    found = _below([folder])
    if values.get("include-system-site-packages", "").lower() == "true" and "home" in values:
        version = _VERSION.match(values.get("version_info") or values.get("version", ""))
        number, home = version[0] if version else "", Path(values["home"])
        # Homebrew's holds links into the prefix, which is elsewhere.
        program = (home / f"python{number}").resolve()
        found += _of_prefix(home, number) or _of_prefix(program.parent, number)
    return found


def _of_prefix(programs: Path, version: str) -> list[Path]:
    """Look around the folder of an interpreter: on Windows it is the prefix itself."""
    prefix = programs.parent
    return _below([prefix / "local", prefix, programs], version)


def _below(prefixes: Iterable[Path], version: str = "") -> list[Path]:
    """Find the folders for distributions below prefixes, for one version of Python."""
    found: dict[Path, Path] = {}  # lib64 is often a link to lib
    pythons = set()
    for path in (p for prefix in prefixes for pattern in _LAYOUTS for p in prefix.glob(pattern)):
        python = _VERSION.search(path.parent.name)
        if not (version and python and python[0] != version):
            found.setdefault(path.resolve(), path)
            pythons.add(python[0] if python else version)
    if len(pythons - {version}) > 1:
        fault = f"it holds several Pythons: {', '.join(sorted(pythons))}"
        raise INSTALLED.error(fault, "Name the folder of the distributions instead")
    return list(found.values())


def _linked(folders: Iterable[Path]) -> dict[Path, None]:
    """Add the folders that ``.pth`` files link, as editable installs do."""
    found: dict[Path, None] = {}
    for folder in folders:
        found.setdefault(folder)
        for file in sorted(folder.glob("[!.]*.pth")):
            found.update(dict.fromkeys(_links(file)))
    return found


def _links(file: Path) -> Iterator[Path]:
    """Yield the paths in a ``.pth`` file; a line that begins with ``import`` is code."""
    try:
        content = read_bytes(file)
    except SourceError:  # which Python passes over as well
        return
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:  # then Python takes the one of the system, in which old tools write
        lines = content.decode(locale.getpreferredencoding(False), "replace").splitlines()
    for line in lines:
        path = file.parent / line.rstrip()
        if not re.match(r"\s*(#|$)|import[ \t]", line) and os.path.exists(path):  # noqa: PTH110  # a line can be anything
            yield path
