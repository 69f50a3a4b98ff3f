"""pex, in each of its layouts; it takes what is not its own off the path."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

from demo.bundles import normalize
from demo.cache import kept_python
from demo.commands import run
from tests.bundles.workshop import Bundler, Pair, Workshop, downloads

TOOL = "pex==2.105.2"

# It holds a pip for the older Pythons; for these it takes another from where it takes all else.
_ITS_PIP = tuple(
    f"{pin} ; python_version {version}"
    for version, pins in {
        ">= '3.12' and python_version < '3.15'": (
            "pip==24.1",
            "setuptools==70.1.0",
            "wheel==0.43.0",
        ),
        ">= '3.15'": ("pip==26.1", "setuptools==82.0.1", "wheel==0.47.0"),
    }.items()
    for pin in pins
)


def _bundler(name: str, *options: str, program: str = "") -> Bundler:
    def build(workshop: Workshop) -> Pair:
        path = workshop.folder / f"{workshop.name} {name}.pex"
        start = ("-e", workshop.main, "--python-shebang", "/usr/bin/env python3", "-o", str(path))
        its_own = ("--find-links", str(downloads("pex", *_ITS_PIP)))
        contents = (*workshop.local(), *its_own, *workshop.contents())
        more = {"PEX_ROOT": str(workshop.folder / "pex-root")}
        run(kept_python("pex", TOOL), "-m", "pex", *options, *start, *contents, more=more)
        bundle = workshop.bundle(name, path / program, _truth(path))
        return Pair(stock=bundle, frozen=bundle)

    return Bundler(name=name, family="pex", build=build, tool=TOOL)


def _truth(path: Path) -> dict[str, str]:
    """Read what pex says it resolved: the names of the wheels in its table of contents."""
    if path.is_dir():
        text = (path / "PEX-INFO").read_text(encoding="utf-8")
    else:
        with ZipFile(path) as archive:
            text = archive.read("PEX-INFO").decode()
    wheels = [wheel.split("-") for wheel in json.loads(text)["distributions"]]
    return {normalize(name): version for name, version, *_ in wheels}


ZIP = _bundler("pex")
PACKED = _bundler("pex, packed", "--layout", "packed", program="__main__.py")
LOOSE = _bundler("pex, loose", "--layout", "loose", program="__main__.py")
VENV = _bundler("pex, venv", "--venv")
