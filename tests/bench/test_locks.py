"""The synthetic lock files are lock files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import locks
from hatch_sentry_modules import pipeline, project
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.model import ALWAYS

COUNT = 60


@pytest.mark.parametrize("kind", locks.FORMATS)
def test_every_distribution_is_frozen(kind: str, tmp_path: Path) -> None:
    """Freezing finds each with its version, some of them under a marker."""
    lock = locks.write(tmp_path / "project", kind, COUNT)
    manifest = pipeline.freeze(project.read(lock.parent), Config(source=lock.name))
    versions = {d.name: d.version for d in manifest.distributions}
    assert versions == {"acme": "1.0", **{f"p{n}": f"1.{n}" for n in range(COUNT)}}
    assert any(d.condition != ALWAYS for d in manifest.distributions)
