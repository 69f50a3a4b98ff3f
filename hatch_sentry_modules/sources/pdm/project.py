"""Reads PDM's groups: the runtime set, extras and dependency groups, in one namespace.

https://pdm-project.org/en/latest/usage/dependency/
"""

from collections.abc import Iterator
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Place, Table
from hatch_sentry_modules.errors import refuse_unknown
from hatch_sentry_modules.model import Applies
from hatch_sentry_modules.project import Project

DEFAULT = canonicalize_name("default")


class Line(NamedTuple):
    """One line of a group: a requirement, or the name of another group that it takes in."""

    target: Requirement | NormalizedName
    marker: Applies = True


def groups(project: Project) -> set[NormalizedName]:
    """Name all groups of a project."""
    development = {canonicalize_name(key) for table in _tables(project) for key in table.values}
    return {DEFAULT, *project.optional_dependencies, *development}


def excluded(project: Project) -> frozenset[NormalizedName]:
    """Name what ``[tool.pdm.resolution]`` takes out of every resolution."""
    resolution = project.table.table("tool").table("pdm").table("resolution")
    return frozenset(map(canonicalize_name, resolution.strings("excludes")))


def lines(project: Project, group: NormalizedName) -> Iterator[Line]:
    """Yield what a group requires."""
    if group == DEFAULT and project.is_dynamic:
        fault = "is missing or dynamic, and a lock file without groups is walked from there"
        remedy = "Lock with PDM 2.17 or later, which records the groups of each entry"
        raise project.table.error("project.dependencies", fault, remedy)
    kind = "extra or dependency group"
    refuse_unknown(project.table.file, kind, {group}, groups(project))
    declared = {**project.optional_dependencies, DEFAULT: project.dependencies}
    for requirement in declared.get(group, ()):
        yield from _lines(project, requirement, project.table.place.at("project"))
    # An extra hides the dependency group of its name, as in PDM.
    for table in _tables(project) if group not in declared else ():
        for key in table.values:
            if canonicalize_name(key) == group:
                yield from _development_lines(project, table, key)


def _tables(project: Project) -> tuple[Table, Table]:
    pdm = project.table.table("tool").table("pdm")
    return project.table.table("dependency-groups"), pdm.table("dev-dependencies")


def _development_lines(project: Project, table: Table, key: str) -> Iterator[Line]:
    values = table.values[key]
    if not isinstance(values, list):
        raise table.error(key, "is not an array")
    for index, value in enumerate(values):
        place = table.place.at(key).at(index)
        if isinstance(value, str):
            yield from _lines(project, parse(place, value), place)
        elif isinstance(value, dict):
            yield Line(Table(value, place).name("include-group"))
        else:
            raise place.error("is neither a string nor a table")


def _lines(project: Project, requirement: Requirement, place: Place) -> Iterator[Line]:
    """Yield the line of a requirement; one on the project itself stands for its extras."""
    marker = marker_of(requirement, place)
    if canonicalize_name(requirement.name) != project.name:
        yield Line(requirement, marker)
        return
    for extra in sorted(requirement.extras):
        yield Line(canonicalize_name(extra), marker)


def parse(place: Place, text: str) -> Requirement:
    """Parse a requirement at a place; of an editable one, only its name is kept."""
    editable = text.startswith("-e ")
    return place.requirement(text.rpartition("#egg=")[2].partition("&")[0] if editable else text)


def marker_of(requirement: Requirement, place: Place) -> Applies:
    """Return the marker of a requirement, without extras: those of an entry are decided."""
    return requirement.marker is None or place.marker(str(requirement.marker))
