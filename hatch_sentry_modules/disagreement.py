"""Compares the lock file that a project uses with the others that stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules import sources
from hatch_sentry_modules.automatic import TOOLS
from hatch_sentry_modules.document import listed
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.resolve import Closure, resolve


def warnings(
    file: str, closure: Closure, others: Iterable[Path], project: Project, selection: Selection
) -> Iterator[str]:
    """Yield a warning, a sentence, for each other file that holds something else.

    A list for pip may be of another part of the project, so only its versions are compared. A
    file that cannot be read is not used, and so not reported.
    """
    ours = _versions(closure)
    for path in others:
        try:
            theirs = _versions(resolve(sources.read(str(path), project, selection)))
        except FreezeError:
            continue
        is_lock = path.name in {*TOOLS, "pylock.toml"}
        names = ours.keys() | theirs.keys() if is_lock else ours.keys() & theirs.keys()
        differing = {name for name in names if ours.get(name) != theirs.get(name)}
        if differing := differing - {project.name}:
            yield (
                f"{file}: it is used, but {path.name} beside it disagrees on {listed(differing)}. "
                "Remove one of the two, or set 'source'."
            )


def _versions(closure: Closure) -> dict[NormalizedName, Set[str]]:
    found: dict[NormalizedName, set[str]] = {name: set() for name in closure.skipped}
    for distribution in closure.distributions:
        found.setdefault(distribution.name, set()).add(distribution.version)
    return {**found}
