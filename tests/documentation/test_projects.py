"""Builds a project with each table that the documentation shows for ``pyproject.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli

from hatch_sentry_modules import manifest_document
from tests.backends import archives, projects
from tests.backends.building import build
from tests.documentation.blocks import PAGES, Block, blocks, bundler_test
from tests.documents import to_toml

TABLES = [
    block
    for page in PAGES
    if not bundler_test(page)
    for block in blocks(page)
    if block.language == "toml" and not block.reason
]
FIXTURES = {
    "hatchling.build": "hatchling",
    "setuptools.build_meta": "setuptools",
    "pdm.backend": "pdm-backend",
    "uv_build": "uv-build",
}


def test_there_are_tables() -> None:
    """The test below sees the pages."""
    assert len(TABLES) > 4


@pytest.mark.parametrize("block", TABLES, ids=str)
def test_it_builds_with_the_module(block: Block, tmp_path: Path) -> None:
    """The sample project, set up by nothing but what the page shows, gets the module."""
    shown = tomli.loads(block.text)
    system = shown.get("build-system", {}).get("build-backend", "hatchling.build")
    backend = shown.get("tool", {}).get("sentry-modules", {}).get("build-backend", system)
    project = projects.lay_out(tmp_path / "project", FIXTURES[backend])
    table = project / "pyproject.toml"
    document = tomli.loads(table.read_text(encoding="utf-8"))
    if "build-system" in shown:
        document["build-system"] = {}
        _forget(document)
    table.write_text(to_toml(_merged(document, shown)), encoding="utf-8")
    wheel = build(project, "wheel", tmp_path / "dist")
    found, faults, _ = manifest_document.read(archives.module(wheel))
    assert found._replace(exclude=()) == manifest_document.read(projects.MODULE).manifest
    assert faults == ()


def _forget(document: dict[str, Any]) -> None:
    """Take out of the sample project what sets this tool up."""
    document["tool"].pop("sentry-modules", None)
    document["tool"].get("hatch", {}).get("build", {}).pop("hooks", None)


def _merged(document: Any, other: Any) -> Any:
    """Lay a document over another, table by table."""
    if not isinstance(document, dict) or not isinstance(other, dict):
        return other
    both = {key: _merged(document[key], other[key]) for key in document.keys() & other.keys()}
    return {**document, **other, **both}
