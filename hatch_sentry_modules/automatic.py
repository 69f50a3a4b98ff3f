"""Finds what a project is locked with, and compares what else it is locked with."""

import os
from collections.abc import Callable, Iterable, Iterator, Set
from itertools import islice
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules.document import Table, listed
from hatch_sentry_modules.errors import FreezeError, SourceNotFoundError
from hatch_sentry_modules.model import Graph
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.reading import read_text
from hatch_sentry_modules.resolve import Closure

TOOLS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
EXPORTS = (
    "pylock.toml",
    "requirements.lock",
    "requirements-lock.txt",
    "requirements.lock.txt",
    "requirements_lock.txt",
    "requirements.txt",
)
"""What is exported from a lock, or locked for pip; a list counts only where it is pinned."""

_OTHERS = ("requirements/*.txt", "requirements*.txt", "*.lock", "*lock.json", "*conda-lock.y*ml")
"""Where a lock file may be that nobody can be sure of; the message names what is there."""

_MOST_NAMED = 5


def find(project: Project) -> list[Path]:
    """Find a project's lock files, the used one first; ``SourceNotFoundError`` without any."""
    root = Path(os.path.abspath(project.root))  # noqa: PTH100  # absolute() keeps ".."
    found = [root / name for name in TOOLS if (root / name).exists()]
    # What a project left behind when it changed its tool is not what it is locked with.
    found.sort(key=lambda path: not _is_used(path.stem, project.table))
    above = next((path for up in root.parents if (path := up / "uv.lock").is_file()), None)
    if not found and above and _is_member(root, above):
        found.append(above)
    for path in (root / name for name in EXPORTS):
        if path.exists() and _is_lock(path, is_needed=not found):
            found.append(path)
    if not found and above:
        found.append(above)
    if not found:
        raise _nothing(root)
    return found


def _is_used(tool: str, document: Table) -> bool:
    """Whether a project still has what Poetry or PDM needs; others need nothing."""
    backend = document.table("build-system").string("build-backend") or ""
    is_known = tool in document.table("tool") or backend.startswith(tool)
    return is_known or tool not in {"poetry", "pdm"}


def _is_member(root: Path, lock: Path) -> bool:
    """Whether a ``uv.lock`` names a folder below it as a member of its workspace."""
    folder, text = root.relative_to(lock.parent).as_posix(), read_text(lock)
    return any(f'{kind} = "{folder}" }}' in text for kind in ("editable", "virtual", "directory"))


def _is_lock(path: Path, *, is_needed: bool) -> bool:
    """Whether an export counts; one that cannot be read does no harm where a lock is found."""
    if path.name == "pylock.toml":
        return True
    from hatch_sentry_modules.sources import requirements

    try:
        return requirements.is_pinned(path)
    except FreezeError:
        if is_needed:
            raise
        return False


def _nothing(root: Path) -> SourceNotFoundError:
    if (root / "PKG-INFO").is_file():
        fault = "it is of an unpacked sdist that holds neither a lock file nor the module"
        remedy = "Put the lock file into the sdist, or build the wheel from the project's own tree"
        return SourceNotFoundError(file="pyproject.toml", fault=fault, remedy=remedy)
    if not (root / "pyproject.toml").exists():
        fault = "there is none here, and no lock file either"
        remedy = "Run it in the project's folder, or name that folder"
        return SourceNotFoundError(file="pyproject.toml", fault=fault, remedy=remedy)
    if unpinned := next((name for name in EXPORTS if (root / name).is_file()), None):
        fault = "it does not pin every version, and no lock file stands beside it"
        remedy = "Pin it, for instance with 'uv pip compile --universal', or lock the project"
        return SourceNotFoundError(file=unpinned, fault=fault, remedy=remedy)
    names = ", ".join((*TOOLS, *EXPORTS))
    fault = f"no lock file stands beside it ({names}, with every version pinned)"
    others = list(islice(_others(root), _MOST_NAMED))
    remedy = "Lock the project, for instance with 'uv lock', or set 'source'"
    if others:
        remedy = f"Lock the project, or set 'source' to what it is locked with: {', '.join(others)}"
    if any("conda" in name or name == "pixi.lock" for name in others):
        remedy += "; for a lock of conda, to 'installed:PLACE' with the environment made of it"
    return SourceNotFoundError(file="pyproject.toml", fault=fault, remedy=remedy)


def _others(root: Path) -> Iterator[str]:
    for pattern in _OTHERS:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if path.is_file() and name.isascii() and name.isprintable():
                yield name


def disagreements(
    graph: Graph,
    closure: Closure,
    others: Iterable[Path],
    name: NormalizedName | None,
    read: Callable[[str], Closure],
) -> Iterator[str]:
    """Yield a warning for each other file that disagrees, of lists for pip on versions alone.

    ``name`` is the project's, which a file need not hold, and ``read`` resolves another file as the
    graph was resolved.
    """
    ours = _versions(closure)
    for path in others:
        try:
            theirs = _versions(read(str(path)))
        except FreezeError:
            continue
        is_lock = path.name in {*TOOLS, "pylock.toml"}
        names = ours.keys() | theirs.keys() if is_lock else ours.keys() & theirs.keys()
        differing = {name for name in names if ours.get(name) != theirs.get(name)}
        if differing := differing - {name}:
            yield (
                f"{graph.file}: it is used, but {path.name} beside it disagrees on "
                f"{listed(differing)}. Remove one of the two, or set 'source'."
            )


def _versions(closure: Closure) -> dict[NormalizedName, Set[str]]:
    found: dict[NormalizedName, Set[str]] = dict.fromkeys(closure.skipped, frozenset())
    for d in closure.distributions:
        found[d.name] = found.get(d.name, frozenset()) | {d.version}
    return found
