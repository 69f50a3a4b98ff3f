"""Runs in a real server or worker: writes each event beside the files that its process imports.

It is copied beside the application under the name ``_witness``. Each event is one line of JSON.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
from importlib import metadata
from pathlib import Path
from typing import Any

from sentry_sdk.transport import Transport

_warnings: list[str] = []


class _Listening(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("sentry"):
            _warnings.append(record.getMessage())


def _listen() -> None:
    names = [name for name in logging.root.manager.loggerDict if name.startswith("sentry")]
    for name in {"sentry_modules", *names}:
        logging.getLogger(name).addHandler(_Listening(logging.WARNING))


class _Writing(Transport):
    def capture_envelope(self, envelope: Any) -> None:
        for item in envelope.items:
            if item.headers.get("type") == "event":
                _write(item.payload.json)


def _write(event: Any) -> None:
    modules = dict(event.get("modules") or {})
    names = json.loads(os.environ["MODULES"])
    line = {
        "modules": modules,
        "files": {name: _file(module) for name, module in names.items()},
        "answers": {name: _version(name) for name in {*modules, *names}},
        "warnings": _warnings,
        "message": event.get("message") or _exception(event),
    }
    with Path(os.environ["EVENTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _exception(event: Any) -> str:
    values = (event.get("exception") or {}).get("values") or [{}]
    return str(values[-1].get("value"))


def _file(module: str) -> str | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return None if spec is None or spec.origin is None else os.path.realpath(spec.origin)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


OPTIONS: dict[str, Any] = {"dsn": "https://key@sentry.example.org/1", "transport": _Writing}
"""What every process gives ``sentry_sdk.init``."""

_listen()
