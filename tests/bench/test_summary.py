"""The README's numbers."""

from __future__ import annotations

import json

from bench.measuring import ROOT
from bench.plot import RESULTS
from bench.summary import summary


def test_the_readme_holds_what_the_last_whole_run_measured() -> None:
    """``python -m bench.summary`` prints what stands there, machine and versions included."""
    text = summary(json.loads(RESULTS.read_text(encoding="utf-8")))
    assert f"\n{text}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
