"""The manifest that is active while a peer's tests run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules import render
from hatch_sentry_modules.model import Distribution, Manifest

UNRELATED = {"acme-app": "4.2.0", "acme-core": "1.0"}
"""No peer has these names, so that nothing at all may change."""


def write(file: Path, modules: Mapping[str, str] = UNRELATED) -> Path:
    """Write the generated module of an application that lists these distributions."""
    distributions = tuple(
        Distribution(name=NormalizedName(name), version=modules[name]) for name in sorted(modules)
    )
    manifest = Manifest(
        project=NormalizedName("acme-app"), source="uv.lock", distributions=distributions
    )
    file.write_text(render.to_python(manifest), encoding="ascii")
    return file
