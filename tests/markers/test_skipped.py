"""A distribution whose marker is not compiled is skipped with the reason, never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_sentry_modules import manifest_document, pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.model import Manifest
from tests.environments import LINUX, execute

LOCK = """
lock-version = "1.0"
created-by = "test"
[[packages]]
name = "flask"
version = "3.1.3"
[[packages]]
name = "kernel-kit"
version = "2.0"
marker = "platform_release >= '6.0'"
[[packages]]
name = "colorama"
version = "0.4.6"
marker = "platform_release == 'generic' or 'win' in sys_platform"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a project whose lock file compares the release of the kernel as a version."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "acme"\nversion = "1"\n')
    (tmp_path / "pylock.toml").write_text(LOCK)
    return tmp_path


def _freeze(folder: Path, environment: dict[str, str] | None = None) -> Manifest:
    return pipeline.freeze(project.read(folder), Config(), environment=environment)


def test_a_universal_manifest_skips_it(folder: Path) -> None:
    """Only the one distribution is skipped, and the module executes without a parser."""
    manifest = _freeze(folder)
    assert manifest.skipped == {
        "kernel-kit": "its marker compares platform_release as a version, which is not supported"
    }
    assert [d.name for d in manifest.distributions] == ["acme", "colorama", "flask"]
    assert "def " not in render.to_python(manifest)
    execute(render.to_python(manifest), LINUX)


def test_one_environment_decides_it(folder: Path) -> None:
    """A manifest of one environment needs no Python condition, so nothing is skipped."""
    for release, is_listed in {"6.8.0": True, "5.15": False}.items():
        manifest = _freeze(folder, {**LINUX, "platform_release": release})
        assert not manifest.skipped
        assert ("kernel-kit" in [d.name for d in manifest.distributions]) is is_listed


def test_a_document_of_another_writer() -> None:
    """An entry whose marker is not compiled is left out with a fault; the rest can be rendered."""
    found = manifest_document.read(
        '{"sentry-modules": 1, "project": "acme", "source": "uv.lock", "modules": {"flask": "3"},'
        ' "conditional": [{"name": "kit", "version": "1", "marker": "platform_release > \'6\'"}]}'
    )
    assert found.faults == (
        "conditional: an entry is left out: its marker compares platform_release as a version,"
        " which is not supported.",
    )
    assert [d.name for d in found.manifest.distributions] == ["flask"]
    execute(render.to_python(found.manifest), LINUX)
