"""zipapps: a zip archive without metadata that unpacks what has extension modules."""

from __future__ import annotations

import json

from demo.bundles import normalize
from demo.cache import kept_python
from demo.commands import run
from tests.bundles.workshop import Bundler, Pair, Workshop

TOOL = "zipapps==2026.4.17"


def _build(workshop: Workshop) -> Pair:
    (folder := workshop.folder / "zipapps").mkdir()
    path, report = folder / f"{workshop.name}.pyz", folder / "report.json"
    python = kept_python("zipapps", TOOL, "pip==26.3")
    start = ("-c", "-m", workshop.main, "-u", "AUTO", "-up", "$HOME/zipapps", "-o", str(path))
    pip = (*workshop.local(), "--report", str(report), *workshop.contents())
    run(python, "-m", "zipapps", *start, *pip)
    done = json.loads(report.read_text(encoding="utf-8"))["install"]
    truth = {normalize(one["metadata"]["name"]): one["metadata"]["version"] for one in done}
    bundle = workshop.bundle("zipapps", path, truth)
    return Pair(stock=bundle, frozen=bundle)


ZIPAPPS = Bundler(name="zipapps", family="zipapps", build=_build, tool=TOOL)
