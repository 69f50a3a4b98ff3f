"""Every layout on a clean and on a crowded host, started in every way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.layouts.all_layouts import LAYOUTS
from tests.layouts.layout import HOSTS, WAYS, Layout, make_host, run
from tests.layouts.verdict import judge

Make = Callable[[Path], Layout]
Record = Callable[[str, object], None]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process forks for each way")

QUICK = ("settings_of_an_application_alone",)
"""Whose manifest has to be searched for, and whose versions are the host's."""

ROWS = [
    pytest.param(make, id=make.__name__, marks=[pytest.mark.slow] * (make.__name__ not in QUICK))
    for make in LAYOUTS
]


@pytest.mark.parametrize("make", ROWS)
def test_an_event_lists_what_the_process_imports(
    make: Make, tmp_path: Path, record_property: Record
) -> None:
    """Every name of the application is listed with the version of the code that runs."""
    name = make.__name__.replace("_", " ")
    layout = make(tmp_path / "application")
    faults = []
    for host in HOSTS:
        python = make_host(tmp_path / host, layout, is_crowded=host == "crowded")
        found = run(layout, python)
        for way in ("stock", *WAYS):
            verdict = judge(layout, found[way], found["stock"], way)
            record_property("cell", (name, f"{host}, {way}", verdict.brief()))
            if verdict.faults and way != "stock":
                faults.append(f"{name}, {host} host, {way}: {verdict}")
    assert not faults, "\n" + "\n".join(faults)
