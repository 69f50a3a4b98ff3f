"""Each bundler, each application, on each host: what a real server then holds.

The bundles are built by the real tools and run by another Python than they were built with. What
counts as right is what pip, or the bundler's own analysis, says is in the bundle.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any
from zipfile import ZipFile

import pytest

from demo.applications import APPLICATIONS, Application
from demo.commands import CommandError
from tests.bundles.bundlers import BUNDLERS
from tests.bundles.cell import COLUMNS, Everywhere
from tests.bundles.hosts import Host
from tests.bundles.workshop import Bundler, Opener

pytestmark = [
    pytest.mark.bundles,
    pytest.mark.skipif(os.name == "nt", reason="gunicorn, which runs the server, needs POSIX"),
]

_QUICK = {"zipapp, no metadata"}


def _cells(*, is_possible: bool) -> Iterator[Any]:
    for bundler in BUNDLERS:
        for application in APPLICATIONS:
            if (application.name not in bundler.impossible) is is_possible:
                marks = [pytest.mark.xdist_group(f"{bundler.family} {application.name}")]
                if bundler.name not in _QUICK:
                    marks.append(pytest.mark.slow)
                name = f"{bundler.name}, {application.name}"
                yield pytest.param(bundler, application, id=name, marks=marks)


@pytest.mark.parametrize(("bundler", "application"), [*_cells(is_possible=True)])
def test_an_event_lists_exactly_what_was_shipped(
    bundler: Bundler, application: Application, open_shop: Opener, everywhere: Everywhere
) -> None:
    """Names and versions are right, nothing is foreign, and frameworks and look-ups work."""
    frozen = everywhere(bundler.build(open_shop(application)))
    assert {name: run for name, run in frozen.items() if not run.is_perfect} == {}


@pytest.mark.parametrize(("bundler", "application"), [*_cells(is_possible=False)])
def test_what_cannot_be_shipped_this_way_does_not_start(
    bundler: Bundler,
    application: Application,
    open_shop: Opener,
    all_hosts: list[Host],
    record_property: Callable[[str, object], None],
) -> None:
    """The bundle holds the extension module that the table names, and cannot import it."""
    bundle = bundler.build(open_shop(application)).frozen
    module = bundler.impossible[application.name]
    names = ZipFile(bundle.path).namelist()
    assert any(name.startswith(f"{module.replace('.', '/')}.") for name in names)
    for host in all_hosts:
        with pytest.raises(CommandError, match=rf"\nImportError: .*'{re.escape(module)}'"):
            host.place(bundle).send("http://key@127.0.0.1:9/1")
        cells = ["does not start", *[""] * (2 * len(COLUMNS) + 1)]
        record_property("row", [bundle.name, application.name, host.name, *cells])
    reason = f"{module} is an extension module, which Python cannot import from a zip"
    record_property("note", f"{application.name} does not start from a {bundle.name}: {reason}.")
