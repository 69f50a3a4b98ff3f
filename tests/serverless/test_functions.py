"""A folder with its handler at the top, run by the clouds' own runtimes on loopback."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.bundles import pip
from demo.commands import run
from tests.bundles.workshop import Workshop
from tests.engines.cells import Cell, Inbox, Send
from tests.engines.conftest import Field
from tests.engines.marks import large
from tests.engines.pythons import crowded
from tests.engines.requirements import pins
from tests.engines.shipments import TALLY, Shipment
from tests.serverless.functions import AWS, GOOGLE, Function, run_in_framework, run_in_lambda

pytestmark = large("functions")

SOURCES = TALLY.folder / "serverless"
REQUIREMENTS = SOURCES / "requirements.txt"
EVENT = {"parcels": 3}
IMAGE = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
"""What is left to the image, as packagers are told to: the list names older versions of it."""


@pytest.fixture(scope="module")
def folder(shop: Workshop) -> Path:
    """Return the function as it is packaged: never a wheel, its requirements beside it."""

    def fill(folder: Path) -> None:
        shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
        shutil.copytree(TALLY.folder / "src", folder, dirs_exist_ok=True)
        left = (*IMAGE, "sentry-modules")
        listed = [f"{n}=={v}" for n, v in pins(REQUIREMENTS).items() if n not in left]
        wheel = shop.parts.wheels[1]
        pip("install", "-q", "--no-deps", "--target", folder, *shop.local(), *listed, wheel)

    return shop.once("function", fill)


def _frozen_before(folder: Path) -> None:
    """Freeze the list into the package, as before packaging."""
    target = folder / TALLY.name / "_sentry_modules.py"
    source = ("--source", folder / "requirements.txt")
    run(sys.executable, "-m", "hatch_sentry_modules", "freeze", *source, "-o", target, folder)


def _injected_after(folder: Path) -> None:
    """Put the list into what a packager has made."""
    source = ("--source", folder / "requirements.txt")
    run(sys.executable, "-m", "hatch_sentry_modules", "inject", *source, folder)


def _without_metadata(folder: Path) -> None:
    for metadata in folder.glob("*.dist-info"):
        shutil.rmtree(metadata)
    _frozen_before(folder)


_WAYS = {
    "freeze -o before": _frozen_before,
    "freeze -o before, no metadata": _without_metadata,
    "inject after": _injected_after,
}


def _shipment(way: str, folder: Path, field: Field) -> Shipment:
    """Return a copy of the function, prepared in one of the ways."""
    path = shutil.copytree(folder, field.folder / "function")
    _WAYS[way](path)
    return Shipment(name=f"folder, {way}", path=path, versions=pins(REQUIREMENTS))


def _sender(run: Callable[..., None], function: Function, folder: Path) -> Send:
    def send(inbox: Inbox, is_stock: bool) -> None:
        name, more = ("stock", {"TALLY_STOCK_SDK": "1"}) if is_stock else ("frozen", {})
        run(function, inbox, folder / f"{name}.log", **more)

    return send


@pytest.mark.parametrize("way", _WAYS)
def test_lambda_lists_what_the_function_imported(
    way: str, folder: Path, runtime_side: Path, field: Field
) -> None:
    """The handler's file starts Sentry, and boto3 is the image's, which the list has older."""
    place = crowded(field.folder / "python", runtime_side, "lambda", *AWS, is_engine_first=True)
    shipment, start = _shipment(way, folder, field), "lambda_function.py"
    cell = Cell(engine="AWS Lambda", shipment=shipment, place=place, start=start)
    handler = f"{start.removesuffix('.py')}.handler"
    function = Function(python=place.python, folder=shipment.path, handler=handler, event=EVENT)
    send = _sender(run_in_lambda, function, field.folder)
    assert field.compare(cell, send, "function").faults() == {}


def test_google_lists_what_the_function_imported(
    folder: Path, runtime_side: Path, field: Field
) -> None:
    """The framework brings a Flask of its own, which the process has imported before."""
    google = crowded(field.folder / "python", runtime_side, "google", *GOOGLE, *AWS)
    shipment = _shipment("freeze -o before", folder, field)
    cell = Cell(engine="functions-framework", shipment=shipment, place=google, start="main.py")
    function = Function(python=google.python, folder=shipment.path, handler="handle", event=EVENT)
    send = _sender(run_in_framework, function, field.folder)
    assert field.compare(cell, send, "function").faults() == {}
