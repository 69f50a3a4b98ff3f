"""The integration that every client of sentry-sdk's tests has beside its default ones."""

from __future__ import annotations

import os

from sentry_modules import FrozenModulesIntegration
from sentry_sdk import integrations


class Peer(FrozenModulesIntegration):
    """The integration as the SDK makes one itself: without an argument."""

    def __init__(self) -> None:
        super().__init__(os.environ["PEERS_MANIFEST"])


def enable() -> None:
    """Make it one of the default integrations."""
    integrations._DEFAULT_INTEGRATIONS.append(f"{__name__}.{Peer.__name__}")
