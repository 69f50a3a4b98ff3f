"""Applications from the index, bundled by PyInstaller (minutes each, so not by default)."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.bundles import normalize
from tests.bundles.pages import ASKED_PYINSTALLER, PRINTING, Workplace
from tests.bundles.tables_of_contents import collected_distributions
from tests.conftest import Tally
from tests.engines.processes import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("pyinstaller applications"),
    pytest.mark.skipif(not ASKED_PYINSTALLER, reason="TEST_PYINSTALLER is not set"),
]


@dataclass(frozen=True, kw_only=True)
class Application:
    """What is installed, how its program starts, and what it shows.

    One that serves pages has its address on ``{port}``, and shows the text there.
    """

    main: str
    arguments: str
    shows: str
    options: str = ""

    @property
    def is_served(self) -> bool:
        """Whether it shows a page."""
        return "{port}" in self.arguments


APPLICATIONS = {
    "httpie": Application(main="httpie.__main__:main", arguments="--version", shows="3."),
    "yt-dlp": Application(main="yt_dlp:main", arguments="--version", shows="20"),
    "black": Application(
        main="black:patched_main",
        arguments="--version",
        shows="compiled",
        options="--hidden-import pytokens",  # PyInstaller 6.0 sees no import of compiled modules
    ),
    "cookiecutter": Application(
        main="cookiecutter.__main__:main",
        arguments="--version",
        shows="Cookiecutter",
        options="--collect-all binaryornot",
    ),
    "sqlite-web": Application(
        main="sqlite_web.sqlite_web:main",
        arguments="--no-browser --port {port} app.db",
        shows="app.db",
        options="--collect-data sqlite_web",
    ),
    "datasette": Application(
        main="datasette.cli:cli",
        arguments="serve --memory --port {port}",
        shows="_memory",
        options="--collect-all datasette",
    ),
}

PROGRAM = """
sentry_sdk.capture_message("started")
from {module} import {function}
{function}()
"""


@pytest.mark.parametrize("name", APPLICATIONS)
def test_each_lists_what_its_bundle_holds(name: str, tmp_path: Path, tally: Tally) -> None:
    """The event has every distribution in PyInstaller's own table, and nothing else."""
    application, place = APPLICATIONS[name], Workplace(tmp_path)
    place.run(f"pip install --quiet {name} sentry-sdk pyinstaller hatch-sentry-modules")
    module, _, function = application.main.partition(":")
    text = f"import {module}\n{PRINTING}{PROGRAM.format(module=module, function=function)}"
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    place.run(f"pyinstaller --noconfirm --log-level WARN {application.options} app.py")
    show = _show_page if application.is_served else _show
    event = json.loads(show(tmp_path, application))
    found = {normalize(each): version for each, version in event.items()}
    truth = collected_distributions(place, tmp_path / "build" / "app" / "Analysis-00.toc")
    assert found == truth
    assert {name, "sentry-sdk"} <= truth.keys()
    tally("distributions in bundles of applications", {"right": len(found)})


def _show(folder: Path, application: Application) -> str:
    """Run an application, and return its event."""
    command = [str(folder / "dist" / "app" / "app"), *application.arguments.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    event, _, shown = done.stdout.partition("\n")
    assert application.shows in shown
    return event


def _show_page(folder: Path, application: Application) -> str:
    """Serve an application's page, and return its event."""
    port = free_port()
    arguments = application.arguments.format(port=port).split()
    command = [str(folder / "dist" / "app" / "app"), *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert application.shows in _read(f"http://127.0.0.1:{port}/")
            assert served.stdout is not None
            return served.stdout.readline()
        finally:
            served.kill()


def _read(address: str) -> str:
    """Return the page, once there is one."""
    for _ in range(300):
        with suppress(OSError), urllib.request.urlopen(address) as page:  # noqa: S310  # ours
            return str(page.read().decode())
        time.sleep(0.2)
    raise AssertionError(f"nothing is served at {address}")
