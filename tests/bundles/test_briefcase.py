"""Briefcase, which builds for Linux with the system's Python, and with a template from a folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
import sentry_modules

from demo import server
from demo.applications import CHECKOUT
from demo.bundles import installed, normalize
from demo.commands import CommandError
from tests.bundles.pages import Workplace, blocks, stored

SYSTEM = "/usr/bin/python3"
NEEDED = ("dpkg", "make", "gcc", SYSTEM)


def _is_able() -> bool:
    """Return whether this is a Debian that can build: Briefcase checks the packages itself."""
    if sys.platform != "linux" or not all(map(shutil.which, NEEDED)):
        return False
    check = "import ensurepip, sys; sys.exit(sys.version_info < (3, 10))"
    packages = ["dpkg", "-s", "build-essential", "python3-dev"]
    commands = ([SYSTEM, "-c", check], packages)
    return not any(subprocess.run(c, capture_output=True, check=False).returncode for c in commands)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("briefcase"),
    pytest.mark.skipif(not _is_able(), reason="Debian, its Python and a C compiler are needed"),
]

PAGE = "briefcase.md"
INSTALL, *BUILD, START = blocks(PAGE, "sh")[0].splitlines()
*STRIP, _ = blocks(PAGE, "sh")[1].splitlines()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Build the page's application; only where the template lies is added."""
    place = Workplace(tmp_path_factory.mktemp("briefcase"), SYSTEM)
    (place.folder / "src" / "shop").mkdir(parents=True)
    for name in ("src/shop/__init__.py", "LICENSE", "CHANGELOG"):
        (place.folder / name).write_text("", encoding="utf-8")
    place.write(PAGE)
    with (place.folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f'template = "{CHECKOUT / "fixtures" / "briefcase"}"\n')
    place.run(INSTALL)
    for command in BUILD:
        place.run(f"{command} --no-input")
    return place


@pytest.fixture(scope="module")
def truth(place: Workplace) -> dict[str, str]:
    """Ask pip what is in the bundle, before anything is removed."""
    (packages,) = place.folder.glob("build/*/*/*/*/usr/lib/shop/app_packages")
    return installed("--path", packages)


def event_of(place: Workplace, tracker: server.Server) -> tuple[dict[str, str], set[str]]:
    """Return the modules and the integrations of an event that the bundle sends."""
    event: Mapping[str, Any] = stored(
        tracker, "Briefcase", lambda dsn: place.run(START, SENTRY_DSN=dsn)
    )
    modules = {normalize(name): version for name, version in event["modules"].items()}
    return modules, {*event["sdk"]["integrations"]}


def test_the_stock_list_is_right(
    place: Workplace, truth: dict[str, str], tracker: server.Server
) -> None:
    """Briefcase keeps the metadata and adds that of the application; our line changes nothing."""
    (program,) = place.folder.glob("build/*/*/*/*/usr/lib/shop/app/shop/__main__.py")
    text = program.read_text(encoding="utf-8")
    modules, integrations = event_of(place, tracker)
    program.write_text(text.replace("integrations=[FrozenModulesIntegration()]", ""), "utf-8")
    stock_modules, stock_integrations = event_of(place, tracker)
    program.write_text(text, encoding="utf-8")
    assert modules == stock_modules == {**truth, "shop": "4.2.0"}
    assert "flask" in integrations & stock_integrations
    assert "modules" in stock_integrations - integrations


def test_the_manifest_stands_in_for_removed_metadata(
    place: Workplace, truth: dict[str, str], tracker: server.Server
) -> None:
    """With the metadata gone, the event carries the manifest, and without that it fails."""
    for command in STRIP:
        place.run(command)
    modules, integrations = event_of(place, tracker)
    assert modules == truth
    assert modules["sentry-modules"] == sentry_modules.__version__
    assert "flask" in integrations
    (manifest,) = place.folder.glob("build/*/*/*/*/usr/lib/shop/app_packages/_sentry_modules.py")
    manifest.unlink()
    with pytest.raises(CommandError, match="PackageNotFoundError"):
        place.run(START, SENTRY_DSN="http://key@127.0.0.1:9/1")
