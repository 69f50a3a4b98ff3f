"""Sends Sentry the modules frozen at build time, where live metadata is missing or wrong."""

# Importing this package defines names and does nothing else; each part is imported when it is
# first used. So ``install`` and ``activate`` bring in neither the SDK nor ``importlib.metadata``:
# they run where an application starts, and importing those that early would disturb it.

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentry_modules.activation import activate, install, uninstall
    from sentry_modules.integration import FrozenModulesIntegration

__version__ = "0.1.0"
__all__ = ["FrozenModulesIntegration", "activate", "install", "uninstall"]


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name == "FrozenModulesIntegration":
        from sentry_modules.integration import FrozenModulesIntegration

        return FrozenModulesIntegration
    if name in __all__:
        from sentry_modules import activation

        return getattr(activation, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
