"""The standard library's zipapp."""

from __future__ import annotations

import zipapp
from collections.abc import Callable
from pathlib import Path

from demo.bundles import installed
from tests.bundles.workshop import Bundler, Pair, Workshop

_NO_EXTENSIONS = {"parcels": "pydantic_core._pydantic_core"}


def has_no_metadata(path: Path) -> bool:
    """Leave out what a stripped bundle does without."""
    return not any(part.endswith((".dist-info", ".egg-info")) for part in path.parts)


def _bundler(
    name: str,
    *,
    is_wanted: Callable[[Path], bool] | None = None,
    compressed: bool = False,
    authority: str = "auto",
) -> Bundler:
    def build(workshop: Workshop) -> Pair:
        site = workshop.site()
        path = workshop.folder / f"{name}.pyz"
        zipapp.create_archive(
            site, path, main=workshop.main, filter=is_wanted, compressed=compressed
        )
        more = {workshop.parts.application.authority: authority}
        bundle = workshop.bundle(name, path, installed("--path", site), more=more)
        return Pair(stock=bundle, frozen=bundle)

    return Bundler(name=name, family="site", build=build, impossible=_NO_EXTENSIONS)


# With the metadata in place the host's would be listed too, if the application did not say this.
WITH_METADATA = _bundler("zipapp", authority="manifest")
WITHOUT_METADATA = _bundler("zipapp, no metadata", is_wanted=has_no_metadata)
COMPRESSED = _bundler("zipapp, no metadata, compressed", is_wanted=has_no_metadata, compressed=True)
