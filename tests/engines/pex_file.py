"""The application and an engine in one pex."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zipfile import ZipFile

from packaging.utils import parse_wheel_filename

from demo.cache import kept_python
from demo.commands import run
from tests.bundles.workshop import Workshop
from tests.engines.shipments import Shipment

PEX = "pex==2.105.2"


def pack_pex(shop: Workshop, name: str, *more: str | Path) -> Shipment:
    """Build a pex with the application and ``more``, and ask it what it holds."""
    path = shop.once(f"pex-{name}", lambda folder: _build(shop, folder, *more)) / "tally.pex"
    wheels = json.loads(ZipFile(path).read("PEX-INFO"))["distributions"]
    parsed = [parse_wheel_filename(wheel)[:2] for wheel in wheels]
    versions = {str(distribution): str(version) for distribution, version in parsed}
    return Shipment(name="pex", path=path, versions=versions, is_install=True)


def _build(shop: Workshop, folder: Path, *more: str | Path) -> None:
    tool = (kept_python("pex", PEX), "-m", "pex", "--python", sys.executable)
    run(*tool, *shop.contents(), *more, "--output-file", folder / "tally.pex")
