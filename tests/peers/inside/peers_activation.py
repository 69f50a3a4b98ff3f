"""Activates a manifest in the process of another project's tests, as ``PEERS_MODE`` says.

It is imported before the first test: by ``-p peers_activation`` under pytest.
"""

from __future__ import annotations

import os
from importlib import import_module

_MANIFEST = os.environ.get("PEERS_MANIFEST", "")
_MODE = os.environ.get("PEERS_MODE", "")

if _MODE == "activate":
    from sentry_modules import activate

    activate(_MANIFEST)
elif _MODE == "install":
    from sentry_modules import install

    install(_MANIFEST)


def pytest_configure() -> None:
    """Put the integration on every client, where the suite's own set-up has begun.

    sentry-sdk's tests refuse to start in a process that has imported the SDK.
    """
    if _MODE == "integration":
        import_module("peers_integration").enable()
