"""Gives Sentry the modules that were frozen at build time, where live metadata is missing or wrong.

Importing this package defines names and does nothing else. The SDK is imported with
``FrozenModulesIntegration``, not before: ``install`` also runs in places that come first, such
as a frozen application's start, where importing the SDK early would disturb the application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentry_modules.finder import install, uninstall

if TYPE_CHECKING:
    from sentry_modules.integration import FrozenModulesIntegration

__version__ = "0.1.0"
__all__ = ["FrozenModulesIntegration", "install", "uninstall"]


def __getattr__(name: str) -> object:
    """Import the integration on first use (PEP 562); ``AttributeError`` for any other name."""
    if name != "FrozenModulesIntegration":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sentry_modules.integration import FrozenModulesIntegration

    globals()[name] = FrozenModulesIntegration
    return FrozenModulesIntegration
