"""Lets an application that knows nothing of the manifest report it.

It may import the SDK late, in part, or never, so nothing of it is imported when the application
starts. The finder is asked for each module that is imported; when the SDK looks for its stock
integration, as it does for the first client that has it, there is an SDK to register with.
"""

from __future__ import annotations

import sys
from types import ModuleType

from sentry_modules.authority import Bundle
from sentry_modules.finder import FINDER, STOCK, register


def activate(manifest: ModuleType | str) -> None:
    """Have every client that would send the stock list send what the manifest lists instead.

    ``manifest`` is the generated module or its dotted name. It is authoritative: whoever activates
    it has decided that. Versions are found as after ``install``. The first one that is activated
    counts; nothing is raised.
    """
    bundle = register(Bundle(manifest, (), "manifest"))
    if STOCK in sys.modules:
        _take_place(bundle)
    elif FINDER.before_stock is None:
        FINDER.before_stock = lambda: _take_place(bundle)


def _take_place(bundle: Bundle) -> None:
    try:
        from sentry_modules.integration import FrozenModulesIntegration, serve_every_client

        ours = FrozenModulesIntegration(bundle.key[0], authority="manifest")
        serve_every_client(ours, lambda: bundle in FINDER.bundles)
    except Exception:  # noqa: BLE001, S110 - an SDK that is older, or broken, reports as it can
        pass
