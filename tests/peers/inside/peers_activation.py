"""Activates a manifest in the process of another project's tests, as ``PEERS_MODE`` says.

It is imported before the first test: by ``-p peers_activation`` under pytest.
"""

from __future__ import annotations

import os

_MANIFEST = os.environ.get("PEERS_MANIFEST", "")
_MODE = os.environ.get("PEERS_MODE", "")

if _MODE == "activate":
    from sentry_modules import activate

    activate(_MANIFEST)
elif _MODE == "install":
    from sentry_modules import install

    install(_MANIFEST)
elif _MODE == "integration":
    from sentry_modules import FrozenModulesIntegration
    from sentry_sdk import integrations

    class Peer(FrozenModulesIntegration):
        """What every client of the suite has beside its default integrations."""

        def __init__(self) -> None:
            super().__init__(_MANIFEST)

    integrations._DEFAULT_INTEGRATIONS.append(f"{__name__}.Peer")
