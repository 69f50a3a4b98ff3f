"""Compares what a project requires with what it required when ``uv.lock`` was written."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.sources.uv.packages import Packages


def changes(file: str, packages: Packages, project: Project) -> Iterator[str]:
    """Yield a warning, a sentence, for each requirement that was added or removed since.

    Requirements without a marker that were added are left to the check of all sources, which
    finds that their distributions are missing. A file that records no requirements, as one of
    revision 4 need not, says nothing.
    """
    own = [index for index in packages.folders if packages.all[index].name == project.name]
    if project.is_dynamic or not own:
        return
    metadata = packages.all[own[0]].table.table("metadata")
    if "requires-dist" not in metadata:
        return
    recorded = {
        entry.name()
        for entry in metadata.tables("requires-dist")
        if "extra ==" not in (entry.string("marker") or "")
    }
    declared = {canonicalize_name(requirement.name) for requirement in project.dependencies}
    for name in sorted(recorded - declared):
        yield f"{file}: it is stale: the project no longer requires {name}. Run 'uv lock' anew."
    for requirement in project.dependencies:
        if requirement.marker and (name := canonicalize_name(requirement.name)) not in recorded:
            yield f"{file}: it is stale: it was locked without {name}. Run 'uv lock' anew."


def overridden(document: Table) -> frozenset[NormalizedName]:
    """Name what the workspace overrides and excludes, whatever its members require."""
    manifest = document.table("manifest")
    overrides = [entry.name() for entry in manifest.tables("overrides")]
    return frozenset([*overrides, *manifest.names("excludes")])
