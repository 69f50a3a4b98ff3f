"""Puts a manifest in place for the process."""

from __future__ import annotations

import sys
from types import ModuleType

from sentry_modules.finder import STOCK, before_stock, is_registered, register, uninstall
from sentry_modules.reference import ManifestReference

__all__ = ["activate", "install", "uninstall"]


def install(manifest: ModuleType | str | None = None) -> None:
    """Let ``importlib.metadata`` find what the manifest lists, where the application is stripped.

    ``manifest`` is the generated module or its dotted name; without it, the application's own is
    looked for.
    """
    # Installing again changes nothing; nothing is raised.
    register(ManifestReference.of_caller(manifest))


def activate(manifest: ModuleType | str, *, combine: bool = False) -> None:
    """Have every client that would send the stock list send what the manifest lists instead.

    ``manifest`` is the generated module or its dotted name. The first one that is activated counts.
    ``combine`` adds what only live metadata knows.
    """
    # For an application that knows nothing of it. Its names count: whoever activates it has decided
    # that. Versions are those of the code that runs, and are found as after ``install``. Nothing of
    # the SDK is imported here: the application may do so late, in part or never.
    reference = register(ManifestReference.of_caller(manifest, "activated"))
    if STOCK in sys.modules:
        _take_place(reference, combine)
    else:
        before_stock(lambda: _take_place(reference, combine))


def _take_place(reference: ManifestReference, combine: bool) -> None:
    try:
        from sentry_modules.integration import FrozenModulesIntegration, serve_every_client

        ours = FrozenModulesIntegration.of(reference, combine=combine)
        serve_every_client(ours, lambda: is_registered(reference))
    except Exception:  # noqa: BLE001, S110 - an SDK that is older, or broken, reports as it can
        pass
