"""PyInstaller, with nothing but ``hatch-sentry-modules`` installed where it runs."""

from __future__ import annotations

import ast
import json
import os
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sentry_modules

from demo import server
from demo.applications import STOREFRONT
from demo.bundles import install, normalize
from demo.commands import run
from demo.wheels import build_application
from tests import environments
from tests.bundles.pages import Workplace, blocks, stored

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("pyinstaller"),
    pytest.mark.skipif(os.name == "nt", reason="the page's commands are for a POSIX shell"),
]

PAGE = "pyinstaller.md"
INSTALL, BUILD, START = blocks(PAGE, "sh")[0].splitlines()
BUILD_OFF = blocks(PAGE, "sh")[1]
WITHOUT = "pip uninstall --quiet --yes hatch-sentry-modules"

OWNERS = """
import json, sys
from importlib.metadata import packages_distributions, version
owners = packages_distributions()
names = {name for package in sys.argv[1:] for name in owners.get(package, ())}
print(json.dumps({name: version(name) for name in names}))
"""
"""What ``importlib.metadata`` says of import packages: cruder than the way that is tested."""

Rows: TypeAlias = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Write the page's application and install what it says."""
    place = Workplace(tmp_path_factory.mktemp("pyinstaller"))
    place.write(PAGE)
    place.run(INSTALL)
    return place


def collected(place: Workplace, name: str) -> Rows:
    """Return the name, path and kind of everything in all tables of contents of an analysis."""
    file = place.folder / "build" / name / "Analysis-00.toc"
    contents: list[Any] = ast.literal_eval(file.read_text(encoding="utf-8"))
    rows = [row for table in contents if isinstance(table, list) for row in table]
    found = {row for row in rows if isinstance(row, tuple) and len(row) == 3}
    # What is only watched for changes is named by its whole path, and has no place in a bundle.
    return {row for row in found if not Path(row[0]).is_absolute()}


class Build:
    """A build that is finished: what it collected, and the event of its application.

    The next build of the same place writes over the folder, so what is asked of it is read here.
    """

    def __init__(self, place: Workplace, tracker: server.Server, command: str, start: str) -> None:
        self.log = place.run(f"{command} --noconfirm --log-level WARN")
        bundled = (place.folder / "dist").rglob("_sentry_modules.py")
        modules = [runpy.run_path(str(path)) for path in bundled]
        self.manifests = [environments.document(names) for names in modules]
        self.listed = [environments.listed(names) for names in modules]
        self.entries = collected(place, "app")
        self.event = stored(tracker, command, lambda dsn: place.run(start, SENTRY_DSN=dsn))


@pytest.fixture(scope="module")
def documented(place: Workplace, tracker: server.Server) -> Build:
    """Build and run what the page shows."""
    return Build(place, tracker, BUILD, START)


@pytest.fixture(scope="module")
def single_file(place: Workplace, tracker: server.Server, documented: Build) -> Build:
    """Build the same application as one file, after and beside the folder."""
    assert documented.event
    return Build(place, tracker, f"{BUILD} --onefile --name app --distpath single", "single/app")


@pytest.fixture(scope="module")
def switched_off(place: Workplace, tracker: server.Server, single_file: Build) -> Build:
    """Build with the switch that the page names."""
    assert single_file.event
    return Build(place, tracker, BUILD_OFF.strip(), START)


@pytest.fixture(scope="module")
def plain(place: Workplace, switched_off: Build) -> Rows:
    """Build an application without the SDK, where this project is still installed."""
    assert switched_off.event
    (place.folder / "plain.py").write_text("print('plain')\n", encoding="utf-8")
    place.run("pyinstaller --noconfirm --log-level WARN plain.py")
    assert place.run("dist/plain/plain").strip() == "plain"
    return collected(place, "plain")


@pytest.fixture(scope="module")
def without(place: Workplace, tracker: server.Server, plain: Rows) -> Build:
    """Build where nothing of this project is installed."""
    assert plain
    place.run(WITHOUT)
    return Build(place, tracker, BUILD, START)


@pytest.fixture(scope="module")
def truth(place: Workplace, documented: Build) -> dict[str, str]:
    """Ask ``importlib.metadata`` whose the collected import packages are."""
    packages = {name.partition(".")[0] for name, _, _ in documented.entries}
    found = json.loads(run(place.python, "-c", OWNERS, *sorted(packages)))
    return {normalize(name): version for name, version in found.items()}


def listed(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the modules of an event by normalized name."""
    return {normalize(name): version for name, version in event["modules"].items()}


def test_the_event_lists_what_was_collected(documented: Build, truth: dict[str, str]) -> None:
    """The server holds every distribution in the bundle with its version, and nothing else."""
    assert listed(documented.event) == {**truth, "sentry-modules": sentry_modules.__version__}
    assert {"flask", "werkzeug", "sentry-sdk", "certifi", "urllib3"} <= truth.keys()


def test_every_integration_is_on(documented: Build) -> None:
    """Flask's integration is on, and no other is off that the stock SDK has."""
    expected = {"flask", "argv", "atexit", "dedupe", "excepthook", "logging", "stdlib"}
    assert {*expected, "frozen_modules"} <= set(documented.event["sdk"]["integrations"])


def test_the_event_says_who_made_the_list(documented: Build, without: Build) -> None:
    """It names this distribution, and the list is not the stock integration's."""
    ours = {"name": "pypi:sentry-modules", "version": sentry_modules.__version__}
    assert ours in documented.event["sdk"]["packages"]
    assert "modules" not in documented.event["sdk"]["integrations"]
    assert "modules" in without.event["sdk"]["integrations"]


def test_a_single_file_says_the_same(documented: Build, single_file: Build) -> None:
    """One file carries what the folder does."""
    assert single_file.event["modules"] == documented.event["modules"]


def test_the_source_lies_in_the_bundle(documented: Build) -> None:
    """Whoever reads the bundle needs to run nothing."""
    (manifest,) = documented.manifests
    assert manifest["source"] == "installed"
    assert manifest["modules"] == documented.event["modules"]


def test_the_stock_sdk_lists_a_part(without: Build, documented: Build) -> None:
    """Where this project is not installed the list is short, so the tests above can fail."""
    assert without.event["modules"].items() < documented.event["modules"].items()


def test_nothing_else_changes(documented: Build, without: Build) -> None:
    """The bundle holds what it would hold anyway, and what the page says is added."""
    added = {name for name, _, _ in documented.entries - without.entries}
    assert not without.entries - documented.entries
    assert {name.partition(".")[0] for name in added} == {
        "_sentry_modules",
        "pyi_rth_sentry_modules",
        "sentry_modules",
    }


def test_the_switch_leaves_the_build_as_it_is(switched_off: Build, without: Build) -> None:
    """A build that is switched off holds what it would hold without this project."""
    assert switched_off.entries == without.entries
    assert switched_off.event["modules"] == without.event["modules"]


def test_the_build_says_nothing_when_all_is_well(documented: Build) -> None:
    """An application without a manifest of its own gives no warning."""
    assert "sentry-modules" not in documented.log


def test_an_application_without_the_sdk_stays_as_it_is(plain: Rows) -> None:
    """Nothing is added where there is nothing to help."""
    assert not [name for name, _, _ in plain if "sentry_modules" in name]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Install the sample application, whose wheel carries a manifest, with one other version."""
    place = Workplace(tmp_path_factory.mktemp("storefront"))
    parts = build_application(STOREFRONT, *place.wheels)
    install(parts, python=place.python)
    place.run("pip install --quiet click==8.1.8 pyinstaller hatch-sentry-modules")
    script = "from storefront.__main__ import main\n\nmain()\n"
    (place.folder / "app.py").write_text(script, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def sold(shop: Workplace, tracker: server.Server) -> Build:
    """Build and run the sample application."""
    return Build(shop, tracker, BUILD, START)


def test_the_manifest_of_the_application_is_used(sold: Build) -> None:
    """The event carries what the application's own wheel says."""
    (manifest,) = sold.manifests
    assert manifest["source"] == "uv.lock"
    assert sold.listed == [sold.event["modules"]]
    assert STOREFRONT.frameworks <= set(sold.event["sdk"]["integrations"])


def test_a_difference_is_named(sold: Build) -> None:
    """The version that differs is in a warning, and so is nothing that agrees."""
    warnings = [line for line in sold.log.splitlines() if "sentry-modules:" in line]
    start = "sentry-modules: using storefront._sentry_modules, which lists click "
    assert any(start in line and "although 8.1.8 was bundled" in line for line in warnings)
    assert not [line for line in warnings if "flask " in line]
