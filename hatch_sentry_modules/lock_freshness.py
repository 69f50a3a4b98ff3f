"""Finds, without the network, that a project's requirements changed after it was locked."""

from collections.abc import Iterable, Iterator
from itertools import chain

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table, leading_name, quoted
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Graph, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.resolve import Closure

REMEDY = "Lock or install the project again"


def check(
    graph: Graph, project: Project, selection: Selection, closure: Closure
) -> tuple[str, ...]:
    """Return a warning for each of the project's own requirements that is not met.

    Raises ``SourceError`` where the source meets none of the requirements and holds nothing else.
    """
    if not selection.runtime or selection.package or selection.all_packages:
        return ()
    overridden = graph.overridden | _overridden(project.table)
    extras = (project.optional_dependencies.get(extra, ()) for extra in selection.extras)
    declared = chain(project.dependencies, *extras)
    # An extra can stand for others of the project itself, which no lock has to hold.
    unasked = {project.name, *overridden}
    required = [each for each in declared if canonicalize_name(each.name) not in unasked]
    faults = list(_faults(required, closure))
    is_empty = all(distribution.name == project.name for distribution in closure.distributions)
    if required and len(faults) == len(required) and is_empty:
        fault = f"it meets none of the project's requirements: {', '.join(sorted(faults))}"
        raise SourceError(file=graph.file, fault=fault, remedy=REMEDY)
    return tuple(f"{graph.file}: it is stale: {fault}. {REMEDY}." for fault in sorted(faults))


def _overridden(document: Table) -> frozenset[NormalizedName]:
    """Name what the tools that can do so resolve otherwise than the project requires it."""
    tool = document.table("tool")
    resolution = tool.table("pdm").table("resolution")
    texts = [
        *tool.table("uv").strings("override-dependencies"),
        *tool.table("uv").strings("exclude-dependencies"),
        *resolution.strings("excludes"),
        *resolution.table("overrides").values,
        *tool.table("pdm").table("overrides").values,
    ]
    return frozenset(name for text in texts if (name := leading_name(text)))


def _faults(required: Iterable[Requirement], closure: Closure) -> Iterator[str]:
    versions: dict[NormalizedName, list[str]] = {name: [] for name in closure.depths}
    for distribution in closure.distributions:
        versions.setdefault(distribution.name, []).append(distribution.version)
    # What holds only under a marker need not be there, nor be met by what is there for others.
    for requirement in [each for each in required if each.marker is None]:
        name = canonicalize_name(requirement.name)
        if name not in versions:
            yield f"it does not hold {name}"
        elif not _is_met(requirement, versions[name]):
            specifier = quoted(str(requirement.specifier))
            yield f"its {name} {versions[name][0]} is not {specifier}"


def _is_met(requirement: Requirement, versions: list[str]) -> bool:
    if not versions or requirement.url:
        return True
    return any(requirement.specifier.contains(version, prereleases=True) for version in versions)
