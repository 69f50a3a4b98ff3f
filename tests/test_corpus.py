"""Every case of the corpus comes out as the lock tool itself would install it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import Manifest, Selection
from tests import corpus
from tests.environments import execute, listed

CASES = list(corpus.cases())
pytestmark = pytest.mark.skipif(not CASES, reason="the corpus is not beside the project")


@cache
def universal(folder: Path, source: str, selection: Selection) -> Manifest:
    """Freeze for all environments at once, once for all the cases that execute it."""
    return pipeline.freeze(project.read(folder), Config(source=source), selection=selection)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_direct_evaluation_equals_the_lock_tools_own_export(case: corpus.Case) -> None:
    """Freezing for one environment gives the truth's names and versions, or a refusal."""
    own = project.read(case.folder)
    config = Config(source=case.source)
    try:
        manifest = pipeline.freeze(
            own, config, selection=case.selection, environment=case.environment
        )
    except RefusedEnvironmentError:
        # A tool that exports nothing at all for a foreign environment is silent, not right.
        assert not case.modules
        return
    assert corpus.listed(manifest) == case.modules


@pytest.mark.parametrize("case", [case for case in CASES if case.modules], ids=str)
def test_the_universal_module_gives_the_truth_when_it_is_executed(case: corpus.Case) -> None:
    """The rendered module, executed under an environment, holds what is installed there."""
    manifest = universal(case.folder, case.source, case.selection)
    namespace = execute(render.to_python(manifest), case.environment)
    found = listed(namespace)
    if manifest.project is not None:
        found.pop(manifest.project, None)
    assert case.modules is not None
    versions = {name: version for name, version in case.modules.items() if version is not None}
    assert found == versions
    assert {name for name in case.modules if name not in versions} <= set(manifest.skipped)


def test_a_lock_file_of_another_age_is_refused() -> None:
    """A project that left Poetry, with its old ``poetry.lock`` beside it, has no usable source."""
    own = project.read(corpus.ROOT / "poetry" / "crewai-2024-stale")
    with pytest.raises(SourceError, match="Run 'poetry lock'"):
        pipeline.freeze(own, Config(source="poetry.lock"))
