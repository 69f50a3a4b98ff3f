"""Reads the installed distributions: all of this interpreter, or of another place."""

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, DistributionFinder, MetadataPathFinder
from pathlib import Path
from typing import NamedTuple, TypeAlias

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules import project as projects
from hatch_sentry_modules.document import is_version, valid_name
from hatch_sentry_modules.flat_list import refuse_selection
from hatch_sentry_modules.markers import specialize
from hatch_sentry_modules.model import Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.sources.installed import folders as installed_folders
from hatch_sentry_modules.sources.installed import record as installed_record
from hatch_sentry_modules.sources.installed.folders import INSTALLED

FILE = INSTALLED.file

NO_VERSION = "its metadata holds no version"
BAD_VERSION = "its metadata holds a version that is not valid (PEP 440)"
UNDECIDED = "two versions of it are installed in one folder, and its files do not tell the real one"

BUILD_TOOLS = ("hatch-sentry-modules", "pip", "setuptools", "wheel")
"""What a build environment can hold although ``build-system.requires`` does not name it."""

PLACE = "the place where the application is installed: source = 'installed:FOLDER'"

ENVIRONMENT = ("python_version", "implementation_name", "sys_platform", "platform_machine")
"""What decides which distributions an installer chooses."""


class Found(NamedTuple):
    """A distribution with a valid name: what its metadata says, and how to read more."""

    name: NormalizedName
    listed_as: str
    version: str
    distribution: Distribution


Names: TypeAlias = dict[NormalizedName, list[Found]]
"""The candidates of each name, several where one folder holds it more than once."""


def read(project: Project, selection: Selection, place: str = "") -> Graph:
    """Read what is installed at a place, or for this interpreter.

    Raises ``SourceError`` where it is not all that the project requires, or with a selection.
    """
    refuse_selection(FILE, project, selection)
    folders = installed_folders.find(project.root / place) if place else sys.path
    found, nameless = scan(folders)
    _refuse_incomplete(project, found, is_here=not place)
    if not place:
        _refuse_build_environment(project, found)
    values = dict(default_environment())
    own = specialize(" and ".join(f'{name} == "{values[name]}"' for name in ENVIRONMENT))
    nodes: dict[Key, Node] = {name: node(candidates) for name, candidates in found.items()}
    return Graph(
        file=FILE,
        roots=tuple(map(Edge, nodes)),
        nodes=nodes,
        environments=() if place else (own,),
        warnings=(f"{FILE}: distributions without a valid name: {nameless}.",) if nameless else (),
    )


def scan(folders: Iterable[str | Path]) -> tuple[Names, int]:
    """Find each name in the first folder that has it, and count what has no name to list."""
    found: Names = {}
    nameless = 0
    for folder in folders:
        here: Names = {}
        # Not importlib.metadata.distributions(): a finder may serve what is frozen already.
        context = DistributionFinder.Context(path=[str(folder)])
        for distribution in MetadataPathFinder.find_distributions(context):
            if candidate := _read(distribution):
                here.setdefault(candidate.name, []).append(candidate)
            else:
                nameless += 1
        for name, candidates in here.items():
            if not any(known.version for known in found.get(name, ())):
                found[name] = candidates
    return found, nameless


def _read(distribution: Distribution) -> Found | None:
    """Read a distribution's name and version, or nothing where it has no valid name."""
    try:
        metadata = distribution.metadata
        # Since Python 3.12 a missing key is deprecated; before it there is no typed get().
        name = metadata["Name"] if "Name" in metadata else ""  # noqa: SIM401 (see above)
        version = metadata["Version"] if "Version" in metadata else ""  # noqa: SIM401 (see above)
    except (OSError, ValueError):  # what cannot be decoded is a ValueError
        return None
    normalized = valid_name(name)
    return Found(normalized, name.lower(), version, distribution) if normalized else None


def node(candidates: list[Found]) -> Node:
    """Make the node of one name, from what one folder holds of it."""
    usable = [candidate for candidate in candidates if candidate.version] or candidates
    found = usable[0]
    if len({candidate.version for candidate in usable}) > 1:
        real = installed_record.choose([candidate.distribution for candidate in usable])
        if real is None:
            return Node(found.name, None, reason=UNDECIDED)
        found = next(candidate for candidate in usable if candidate.distribution is real)
    if not is_version(found.version):
        return Node(found.name, None, reason=BAD_VERSION if found.version else NO_VERSION)
    return Node(found.name, found.version, listed_as=found.listed_as)


def _refuse_incomplete(project: Project, found: Names, *, is_here: bool) -> None:
    absent = [(canonicalize_name(each.name), each.marker) for each in project.dependencies]
    absent = [each for each in absent if each[0] not in found and each[0] != project.name]
    # The environment of another place is not known.
    missing = {name for name, when in absent if not when or (is_here and when.evaluate())}
    if missing or not found:
        names = ", ".join(sorted(missing))
        what = f"{names}, which the project requires" if missing else "anything"
        where = "this interpreter" if is_here else "the place"
        remedy = f"Build without isolation, or name {PLACE}" if is_here else "Install it there"
        raise INSTALLED.error(f"{where} does not hold {what}", remedy)


def _refuse_build_environment(project: Project, found: Names) -> None:
    """Refuse an environment in which nothing is installed but what the build requires."""
    required = projects.requirements(project.table.table("build-system"), "requires")
    queue = [*BUILD_TOOLS, *(requirement.name for requirement in required)]
    seen = {project.name}
    while queue:
        name = canonicalize_name(queue.pop())
        if name in found and name not in seen:
            seen.add(name)
            queue += _requires(found[name][0].distribution)
    if found.keys() <= seen:
        fault = "this interpreter holds only what the build itself requires"
        raise INSTALLED.error(fault, f"Build without isolation, or name {PLACE}")


def _requires(distribution: Distribution) -> Iterator[str]:
    """Yield the names that a distribution requires in any environment, without its extras."""
    try:
        texts = distribution.requires or []
    except (OSError, ValueError):
        return
    for text in texts:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if "extra" not in str(requirement.marker or ""):
            yield requirement.name
