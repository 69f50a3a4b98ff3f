"""Each bundle is built once in a session, and one server takes all events."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import server
from demo.applications import STOREFRONT
from demo.bundles import Bundle, bare_python, bundle_pyinstaller, bundle_zipapp, install, installed
from demo.wheels import Parts, build_application, build_distributions


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all is built in."""
    return tmp_path_factory.mktemp("workshop")


@pytest.fixture(scope="session")
def parts(workshop: Path) -> Parts:
    """Build all wheels from the checkout, the application's with the hook."""
    return build_application(STOREFRONT, *build_distributions(workshop))


@pytest.fixture(scope="session")
def zipapp(parts: Parts, workshop: Path) -> Bundle:
    """Build the zipapp without metadata."""
    return bundle_zipapp(parts, workshop)


@pytest.fixture(scope="session")
def frozen_application(parts: Parts, workshop: Path) -> Bundle:
    """Build the PyInstaller folder."""
    return bundle_pyinstaller(parts, workshop)


@pytest.fixture(scope="session")
def ordinary_install(parts: Parts, workshop: Path) -> Bundle:
    """Install the wheel into a virtual environment, and give its console script."""
    python = bare_python(workshop / "ordinary")
    install(parts, python=python)
    return Bundle(
        name="virtual environment",
        application=STOREFRONT,
        path=python.parent / STOREFRONT.name,
        truth=installed(python=python),
    )


@pytest.fixture(scope="session")
def tracker() -> Iterator[server.Server]:
    """Start the server, which needs what Windows lacks."""
    if os.name == "nt":
        pytest.skip("gunicorn, which runs the server, needs POSIX")
    with server.running() as running:
        yield running
