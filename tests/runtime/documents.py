"""Makes the globals of generated modules, in format 1."""

from __future__ import annotations

import json
from typing import Any, Mapping


def namespace(modules: Any, **keys: Any) -> dict[str, Any]:
    """Return the globals of a module whose document lists ``modules``; keys change the rest."""
    document = {
        "sentry-modules": 1,
        "project": "acme-app",
        "source": "uv.lock",
        "modules": modules,
        "conditional": [],
        "skipped": [],
        **keys,
    }
    return {"MANIFEST": json.dumps(document), "APPLIES": []}


def text(modules: Mapping[str, str], **keys: Any) -> str:
    """Return the source of such a module."""
    return "".join(f"{name} = {value!r}\n" for name, value in namespace(modules, **keys).items())
