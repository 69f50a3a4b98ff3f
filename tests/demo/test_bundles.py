"""What a real server stores of the error that a bundle of the sample application sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from demo.bundles import Bundle
from demo.cache import kept_python
from demo.commands import run
from demo.report import judge
from demo.server import Server
from tests.bundles.hosts import CROWD

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bundles")]

_DEFAULTS = {"argv", "atexit", "dedupe", "excepthook", "logging", "stdlib", "threading"}

Stored = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def stored(tracker: Server) -> Stored:
    """Return a function that runs a bundle once and returns the one event the server then holds."""
    events: dict[str, dict[str, Any]] = {}

    def send_and_read(bundle: Bundle, *, stock: bool = False) -> dict[str, Any]:
        name = f"{bundle.name}, {'stock' if stock else 'frozen'}"
        if name not in events:
            project = tracker.add_project(name)
            bundle.send(project.dsn, stock=stock)
            (event,) = tracker.events(project)
            events[name] = dict(event.data)
        return events[name]

    return send_and_read


def test_a_zipapp_without_metadata_reports_every_distribution(
    zipapp: Bundle, stored: Stored
) -> None:
    """The server holds the map that pip's own list gives, and the frameworks are on."""
    event = stored(zipapp)
    assert event["modules"] == zipapp.truth
    assert zipapp.application.frameworks <= set(event["sdk"]["integrations"])


def test_the_stock_sdk_reports_nothing_from_the_same_zipapp(zipapp: Bundle, stored: Stored) -> None:
    """Without the manifest the list is empty and Flask's integration is silently off."""
    finding = judge(stored(zipapp, stock=True), zipapp)
    assert (finding.right, finding.wrong, finding.off) == (0, 0, frozenset({"flask"}))


def test_a_frozen_application_reports_every_distribution(
    frozen_application: Bundle, stored: Stored
) -> None:
    """PyInstaller keeps the metadata of a few distributions, and the event lists them all."""
    event = stored(frozen_application)
    assert event["modules"] == frozen_application.truth
    assert frozen_application.application.frameworks <= set(event["sdk"]["integrations"])


def test_the_stock_sdk_reports_a_part_from_the_same_frozen_application(
    frozen_application: Bundle, stored: Stored
) -> None:
    """Without the manifest a part of the list is there, which no rule about emptiness notices."""
    finding = judge(stored(frozen_application, stock=True), frozen_application)
    assert 0 < finding.right < finding.expected


def test_every_default_integration_stays_on(zipapp: Bundle, stored: Stored) -> None:
    """Nothing but the stock modules integration gives way to ours."""
    integrations = set(stored(zipapp)["sdk"]["integrations"])
    assert integrations >= _DEFAULTS
    assert integrations & {"modules", "frozen_modules"}


def test_a_crowded_host_does_not_reach_the_event(zipapp: Bundle, stored: Stored) -> None:
    """On an interpreter with other versions of the same distributions the bundle's are sent."""
    host = kept_python("crowded-host", *CROWD)
    crowded = replace(zipapp, name="zipapp on a crowded host", launcher=(host,))
    finding = judge(stored(crowded, stock=True), crowded)
    assert finding.wrong > 0
    assert finding.foreign > 0
    assert stored(crowded)["modules"] == zipapp.truth


def test_a_crowded_host_does_not_answer_for_the_bundle(zipapp: Bundle) -> None:
    """Inside the zipapp ``importlib.metadata`` knows the bundled version, not the host's."""
    ask = "from importlib.metadata import version; print(version('werkzeug'))"
    start = "from storefront.__main__ import start_sentry; start_sentry()"
    python, more = kept_python("crowded-host", *CROWD), {"PYTHONPATH": str(zipapp.path)}
    assert run(python, "-c", ask, more=more).strip() == "2.3.8"
    assert run(python, "-c", f"{start}; {ask}", more=more).strip() == zipapp.truth["werkzeug"]


def test_an_ordinary_install_reports_what_the_stock_sdk_reports(
    ordinary_install: Bundle, stored: Stored
) -> None:
    """Where metadata is whole, the map has the stock integration's keys and values."""
    event = stored(ordinary_install)
    assert event["modules"] == stored(ordinary_install, stock=True)["modules"]
    assert judge(event, ordinary_install).is_perfect
