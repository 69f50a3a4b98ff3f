"""Messages about what a manifest leaves out for want of a version, an event for the budget."""

from collections.abc import Iterator

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import listed
from hatch_sentry_modules.model import ALWAYS, Distribution, Manifest
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.resolve import Closure

BUDGET = 8192
"""What the server gives the versions of one event, each counted as its length plus 3, in bytes."""

DYNAMIC = "its version is dynamic, so it is known only in a build"

GET_VERSIONS = (
    "To list them, give each a static version in its own pyproject.toml or pin it, freeze what is "
    "installed (source = 'installed:PLACE'), or run 'sentry-modules inject' on the finished bundle."
)
"""How a distribution without a version gets one; a dynamic version is the usual case."""


def warnings(manifest: Manifest) -> Iterator[str]:
    """Yield one warning of all without a known version, and one of all that is omitted."""
    reasons: dict[str, list[str]] = {}
    for name, reason in manifest.skipped.items():
        reasons.setdefault(reason, []).append(name)
    if dynamic := reasons.pop(DYNAMIC, []):
        version = f"the version of {listed(dynamic)} is not static"
        yield f"{manifest.source}: {version}: a build that knows it lists it, this does not."
    number = sum(map(len, reasons.values()))
    parts = "; ".join(f"{listed(names)} ({reason})" for reason, names in sorted(reasons.items()))
    if number:
        yield (
            f"{manifest.source}: {number} distribution{'s are' if number > 1 else ' is'} on no "
            f"event, without a version to freeze: {parts}. {GET_VERSIONS}"
        )
    if manifest.omitted:
        yield (
            f"{manifest.source}: events leave off {len(manifest.omitted)} of "
            f"{len(manifest.distributions)} distributions, since the server takes {BUDGET} bytes "
            f"of versions: {listed(manifest.omitted)}. To keep others, exclude what matters less."
        )


def by_budget(
    distributions: tuple[Distribution, ...], closure: Closure, project: Project
) -> frozenset[NormalizedName]:
    """Name what no event carries, to stay in the server's budget: the farthest from the project."""
    # Not what is conditional: of a name that has several versions any may be the one that is there.
    by_length = sorted(distributions, key=lambda d: len(d.version))
    costs = {d.name: len(d.version) + 3 for d in by_length}  # the longest of a name stays
    near = {project.name, *(canonicalize_name(each.name) for each in project.dependencies)}
    far = (d.name for d in distributions if d.condition == ALWAYS and d.name not in near)
    excess, omitted = sum(costs.values()) - BUDGET, set()
    for name in sorted(far, key=lambda name: (-closure.depths.get(name, 2), name)):
        if excess > 0:
            omitted.add(name)
            excess -= costs[name]
    return frozenset(omitted)
