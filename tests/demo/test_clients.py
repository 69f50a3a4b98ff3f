"""What the SDK sends from inside the bundle when the application sets it up in other ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.bundles import Bundle
from demo.commands import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bundles")]

_START = """
import json, sentry_sdk
from sentry_modules import FrozenModulesIntegration
from sentry_sdk.transport import Transport

class Print(Transport):
    def capture_envelope(self, envelope):
        for item in envelope.items:
            print(json.dumps({"type": item.type, **item.payload.json}, default=str))

def init(**options):
    integration = FrozenModulesIntegration("storefront._sentry_modules")
    dsn = "http://key@127.0.0.1/1"
    sentry_sdk.init(dsn, transport=Print(), integrations=[integration], **options)
"""


def _sent(bundle: Bundle, script: str) -> list[dict[str, Any]]:
    """Run a script with the zipapp on the path, and return the items it sent."""
    more = {"PYTHONPATH": str(bundle.path)}
    lines = run(*bundle.launcher, "-c", _START + script, more=more).splitlines()
    return [json.loads(line) for line in lines]


def test_transactions_carry_no_modules(zipapp: Bundle) -> None:
    """A transaction is left alone, and the error after it carries the map."""
    transaction, event = _sent(
        zipapp,
        """
init(traces_sample_rate=1.0)
with sentry_sdk.start_transaction(name="checkout"):
    pass
sentry_sdk.capture_message("after it")
""",
    )
    assert transaction["type"] == "transaction"
    assert "modules" not in transaction
    assert event["modules"] == zipapp.truth


def test_it_works_alone(zipapp: Bundle) -> None:
    """With every default integration off, the one given by hand does its work."""
    (event,) = _sent(
        zipapp, 'init(default_integrations=False)\nsentry_sdk.capture_message("alone")\n'
    )
    assert event["modules"] == zipapp.truth
    assert event["sdk"]["integrations"] == ["frozen_modules"]
