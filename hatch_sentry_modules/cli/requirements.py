"""Writes pins that pip accepts, whatever is in a manifest that came from somewhere else."""

from collections import defaultdict

from packaging.markers import default_environment
from packaging.utils import NormalizedName

from hatch_sentry_modules import markers, render
from hatch_sentry_modules.cli.output import warn
from hatch_sentry_modules.model import ALWAYS, Distribution, Manifest


def write(manifest: Manifest) -> str:
    """Return the pins; where two versions of a name would be installed here, none is guessed."""
    named: dict[NormalizedName, list[Distribution]] = defaultdict(list)
    for d in manifest.distributions:
        named[d.name].append(d)
    doubtful = {name for name in named if sum(map(_applies, named[name])) > 1}
    warn(f"{name} is left out: it has several versions here" for name in sorted(doubtful))
    kept = tuple(d for d in manifest.distributions if d.name not in doubtful)
    return render.to_requirements(manifest._replace(distributions=kept))


def _applies(d: Distribution) -> bool:
    here = {name: str(value) for name, value in default_environment().items()}
    clauses = ([markers.evaluate(marker, here) for marker in clause] for clause in d.condition)
    return d.condition == ALWAYS or any(map(all, clauses))
