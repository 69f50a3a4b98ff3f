"""What the page on serverless shows is done as it stands, and each package is run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bundles.pages import Workplace, blocks
from tests.engines.cells import Inbox, ask, compare
from tests.engines.conftest import Field
from tests.engines.marks import large
from tests.engines.pythons import Place, crowded
from tests.engines.requirements import pins
from tests.serverless import functions
from tests.serverless.functions import AWS, Function, run_in_framework, run_in_lambda
from tests.serverless.packagers import add_commands

pytestmark = [
    *large("serverless page"),
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the page's functions are of 3.11"),
    pytest.mark.skipif(not shutil.which("npm"), reason="npm brings the Serverless Framework"),
]

PAGE = "serverless.md"
FREEZE, SAM, SERVERLESS, CHALICE, ZAPPA, GOOGLE, INJECT = range(7)
SLIM = "Serverless, slim, noDeploy"
CHALICE_PROJECT = '{"version": "2.0", "app_name": "acme", "stages": {"dev": {}}}'
OLDER = "boto3==1.40.0\nbotocore==1.40.0\njmespath==1.0.1\ns3transfer==0.13.1\nsix==1.16.0\n"
API: Mapping[str, object] = {
    "httpMethod": "GET",
    "path": "/share/0",
    "headers": {},
    "multiValueHeaders": {},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "requestContext": {},
    "body": None,
    "isBase64Encoded": False,
}
"""What AWS's gateway hands to a function for a request."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Write the page's files, and freeze the list, in which boto3 is older than in the image."""
    place = Workplace(tmp_path_factory.mktemp("page"))
    place.write(PAGE)
    files = ("template.yaml", "serverless.yml"), ("zappa_settings.json",)
    for language, names in zip(("yaml", "json"), files, strict=True):
        for name, text in zip(names, blocks(PAGE, language), strict=True):
            (place.folder / name).write_text(text, encoding="utf-8")
    for name, text in {
        ".chalice/config.json": CHALICE_PROJECT,
        "chalicelib/__init__.py": "",
    }.items():
        (place.folder / name).parent.mkdir()
        (place.folder / name).write_text(text, encoding="utf-8")
    (place.folder / "older.txt").write_text(OLDER, encoding="utf-8")
    add_commands(place.folder / "commands", place.folder)
    _run(place, FREEZE)
    return place


def _run(place: Workplace, number: int) -> None:
    """Run one of the page's blocks, as a user who has an account."""
    more = {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "PIP_CONSTRAINT": "",  # Python 3.11's own pip takes no address where an extra is asked for
        "PIP_FIND_LINKS": f"{place.folder / 'wheels'} {os.environ.get('PIP_FIND_LINKS', '')}",
        "SAM_CLI_TELEMETRY": "0",
        "SLS_NOTIFICATIONS_MODE": "off",
        "SLS_TELEMETRY_DISABLED": "1",
        "UV_CONSTRAINT": str(place.folder / "older.txt"),
        "VIRTUAL_ENV": str(place.python.parents[1]),
    }
    commands = f"export PATH={place.folder / 'commands'}:$PATH"
    place.run(f"{commands}\n{blocks(PAGE, 'sh')[number]}", **more)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, runtime_side: Path) -> Place:
    """Return AWS's Python."""
    folder = tmp_path_factory.mktemp("image") / "python"
    return crowded(folder, runtime_side, "lambda", *AWS, is_engine_first=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Package:
    """A packager: which block runs it, what it makes, and how that is called."""

    block: int
    made: str
    handler: str
    source: str
    event: Mapping[str, object]
    run: Callable[[Function, Inbox, Path], None] = run_in_lambda


_PACKAGES = {
    "SAM": _Package(
        block=SAM,
        made=".aws-sam/build/Share",
        handler="lambda_function.handler",
        source="lambda_function.py",
        event={"parcels": 0},
    ),
    SLIM: _Package(
        block=SERVERLESS,
        made="packaged/acme.zip",
        handler="lambda_function.handler",
        source="lambda_function.py",
        event={"parcels": 0},
    ),
    "Chalice": _Package(
        block=CHALICE,
        made="chalice-package/deployment.zip",
        handler="app.share",
        source="app.py",
        event={"parcels": 0},
    ),
    "Zappa": _Package(
        block=ZAPPA, made="zappa.zip", handler="handler.lambda_handler", source="web.py", event=API
    ),
}


_GOOGLE = _Package(
    block=GOOGLE,
    made="",
    handler="handle",
    source="main.py",
    event={"parcels": 0},
    run=run_in_framework,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trial:
    """Judges functions in an image, frozen and with the stock SDK in the place of one line."""

    place: Workplace
    image: Place
    field: Field

    def faults(self, name: str, way: str, package: _Package, folder: Path) -> dict[str, object]:
        """Call a function twice, and return what is wrong with the frozen event."""
        expected = _expected(pins(self.place.folder / "requirements.txt"), folder, self.image)
        frozen = compare(self._event(name, package, folder), expected)
        source = folder / package.source
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace("FrozenModulesIntegration()", ""), encoding="utf-8")
        stock = compare(self._event(name, package, folder), expected)
        columns = [*stock.columns()[:-1], "", *frozen.columns()[:-1], ""]
        self.field.record("function", [name, way, package.source, *columns])
        assert frozen.is_flask_on
        return frozen.listing_faults()

    def _event(self, name: str, package: _Package, folder: Path) -> Mapping[str, Any]:
        python, handler, event = self.image.python, package.handler, package.event
        function = Function(python=python, folder=folder, handler=handler, event=event)
        log = self.field.folder / "log"
        return ask(self.field.tracker, name, lambda i, _: package.run(function, i, log))


@pytest.fixture
def trial(place: Workplace, image: Place, field: Field) -> _Trial:
    """Return what judges functions in AWS's image."""
    return _Trial(place=place, image=image, field=field)


@pytest.mark.parametrize("name", _PACKAGES)
def test_a_package_lists_what_it_imports(name: str, trial: _Trial) -> None:
    """The packager's own result, called by AWS's runtime in an image with a newer boto3."""
    package = _PACKAGES[name]
    _run(trial.place, package.block)
    folder = _unpacked(trial.place.folder / package.made, trial.field.folder / "package")
    assert trial.faults(name, "freeze -o before", package, folder) == {}


def test_the_list_is_put_into_a_finished_package(trial: _Trial) -> None:
    """What a packager made without the list gets it afterwards."""
    package, project = _PACKAGES[SLIM], trial.place.folder
    (project / "_sentry_modules.py").rename(project / "kept")
    _run(trial.place, package.block)
    (project / "kept").rename(project / "_sentry_modules.py")
    shutil.copy(project / package.made, project / "acme.zip")
    _run(trial.place, INJECT)
    folder = _unpacked(project / "acme.zip", trial.field.folder / "package")
    assert trial.faults(SLIM, "inject after", package, folder) == {}


def test_a_function_lists_what_its_framework_brings(
    place: Workplace, runtime_side: Path, field: Field
) -> None:
    """Google's framework runs the folder as it is, with what the host has of its requirements."""
    python = field.folder / "python"
    host = crowded(python, runtime_side, "google", *functions.GOOGLE, *AWS)
    assert blocks(PAGE, "sh")[GOOGLE] == "python -m functions_framework --target handle\n"
    folder = shutil.copytree(
        place.folder, field.folder / "function", ignore=shutil.ignore_patterns("[!_m]*")
    )
    trial = _Trial(place=place, image=host, field=field)
    assert trial.faults("functions-framework", "folder", _GOOGLE, folder) == {}


def _unpacked(made: Path, folder: Path) -> Path:
    """Return a packager's result as the folder that its cloud makes of it."""
    if made.is_dir():
        return shutil.copytree(made, folder)
    shutil.unpack_archive(made, folder)
    return folder


def _expected(locked: dict[str, str], folder: Path, image: Place) -> dict[str, str]:
    """Return the version of each locked distribution: of the package, or else of the image."""
    modules = {name: name.replace("-", "_") for name in locked} | {"python-dateutil": "dateutil"}
    brought = image.holds()
    return {
        name: version if any(folder.glob(f"{modules[name]}*")) else brought[name]
        for name, version in locked.items()
    }
