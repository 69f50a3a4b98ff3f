"""shiv: a zip archive that unpacks itself and keeps all metadata."""

from __future__ import annotations

import json

from demo.bundles import normalize
from demo.cache import kept_python
from demo.commands import run
from tests.bundles.workshop import Bundler, Pair, Workshop

TOOL = "shiv==1.0.8"


def _build(workshop: Workshop) -> Pair:
    (folder := workshop.folder / "shiv").mkdir()
    path, report = folder / f"{workshop.name}.pyz", folder / "report.json"
    python = kept_python("shiv", TOOL, "pip==26.3")
    start = ("-e", workshop.main, "-p", "/usr/bin/env python3", "-o", str(path))
    pip = (*workshop.local(), "--report", str(report), *workshop.contents())
    run(python, "-m", "shiv", *start, *pip)
    done = json.loads(report.read_text(encoding="utf-8"))["install"]
    truth = {normalize(one["metadata"]["name"]): one["metadata"]["version"] for one in done}
    more = {workshop.parts.application.authority: "manifest"}  # as in a zipapp with metadata
    bundle = workshop.bundle("shiv", path, truth, more=more)
    return Pair(stock=bundle, frozen=bundle)


SHIV = Bundler(name="shiv", family="shiv", build=_build, tool=TOOL)
