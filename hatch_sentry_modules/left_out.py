"""Messages about what a manifest leaves out for want of a version, an event for the budget."""

from collections.abc import Iterator

from packaging.utils import NormalizedName

from hatch_sentry_modules.document import listed
from hatch_sentry_modules.model import Distribution, Manifest
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.resolve import Closure

BUDGET = 8192
"""What the server gives the versions of one event, each counted as its length plus 3, in bytes."""

GET_VERSIONS = (
    "To list them, give each a static version in its own pyproject.toml or pin it, freeze what is "
    "installed (source = 'installed:PLACE'), or run 'sentry-modules inject' on the finished bundle."
)
"""How a distribution without a version gets one; a dynamic version is the usual case."""


def without_version(manifest: Manifest) -> Iterator[str]:
    """Yield one warning of all that is left out since its version is not known."""
    reasons: dict[str, list[str]] = {}
    for name, reason in manifest.skipped.items():
        reasons.setdefault(reason, []).append(name)
    number = len(manifest.skipped)
    parts = "; ".join(f"{listed(names)} ({reason})" for reason, names in sorted(reasons.items()))
    if number:
        yield (
            f"{manifest.source}: {number} distribution{'s are' if number > 1 else ' is'} on no "
            f"event, without a version to freeze: {parts}. {GET_VERSIONS}"
        )


def by_budget(
    distributions: tuple[Distribution, ...], closure: Closure, project: Project
) -> tuple[NormalizedName, ...]:
    """Name what an event leaves off to stay in the server's budget, the farthest first."""
    excess = sum(len(d.version) + 3 for d in distributions) - BUDGET
    direct = {requirement.name for requirement in project.dependencies}

    def distance(d: Distribution) -> int:
        if d.name == project.name:
            return 0
        return 1 if d.name in direct else max(2, closure.depths.get(d.name, 0))

    omitted = []
    for d in sorted(distributions, key=lambda d: (-distance(d), d.name)):
        if excess <= 0:
            break
        omitted.append(d.name)
        excess -= len(d.version) + 3
    return tuple(dict.fromkeys(omitted))
