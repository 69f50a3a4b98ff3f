"""Runs in the process of a cell: sends one event and prints it beside what was really imported.

It is copied beside the application under the name ``_probe``. What it prints is one JSON object.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import sentry_sdk
from sentry_sdk.transport import Transport

_events: list[Any] = []
_warnings: list[str] = []


class _Listening(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _warnings.append(record.getMessage())


logging.getLogger().addHandler(_Listening(logging.WARNING))


class _Keeping(Transport):
    def capture_envelope(self, envelope: Any) -> None:
        _events.extend(item.payload.json for item in envelope.items)


OPTIONS: dict[str, Any] = {"dsn": "https://key@sentry.example.org/1", "transport": _Keeping}
"""What every process gives ``sentry_sdk.init``: events go nowhere but into the report."""


NAMED = os.environ["NAMED"]
"""The import package, or the generated module, that is named where one is."""

_WAYS = ("stock", "unnamed", "named", "activate")
_taken: list[str] = []


def take_a_way() -> str:
    """Fork for each way to start Sentry, and return it in the child; the parent ends here."""
    for way in _WAYS:
        child = os.fork()
        if not child:
            _taken.append(way)
            return way
        _, status = os.waitpid(child, 0)
        if status:
            os._exit(1)
    os._exit(0)


def report() -> None:
    """Send an event, import everything, print both as JSON, and end the process."""
    imports = json.loads(os.environ["IMPORTS"])
    if os.environ.get("EARLY"):
        _capture()
    imported = {name: _imported(modules[0]) for name, modules in imports.items()}
    if not os.environ.get("EARLY"):
        _capture()
    modules = dict(_events[-1].get("modules") or {})
    found = {
        "way": _taken[0],
        "modules": modules,
        "imported": {name: one[0] for name, one in imported.items() if one},
        "beside": {name: one[1] for name, one in imported.items() if one and one[1]},
        "answers": {name: _version(name) for name in {*modules, *imports}},
        "warnings": _warnings,
    }
    print(json.dumps(found), flush=True)
    os._exit(0)


def _capture() -> None:
    sentry_sdk.capture_message("hello")


def _imported(name: str) -> tuple[str, list[str]] | None:
    """Return the version in the code that an import runs, and those in metadata beside its file."""
    try:
        module = importlib.import_module(name)
    except ImportError:
        return None
    version = str(module.VERSION if name == "sentry_sdk" else module.__version__)
    return version, sorted(_beside(str(module.__file__), name))


def _beside(file: str, module: str) -> set[str]:
    """Return the versions in the names of metadata for this module's file, in its own folder."""
    for entry in map(Path, sys.path):
        if entry.is_dir() and entry in Path(file).parents:
            infos = [info for info in entry.glob("*.dist-info") if _records(info, module)]
            return {info.stem.rpartition("-")[2] for info in infos}
    return set()


def _records(info: Path, module: str) -> bool:
    record = info / "RECORD"
    text = f"\n{record.read_text(encoding='utf-8')}" if record.is_file() else ""
    path = module.replace(".", "/")
    return f"\n{path}/__init__.py," in text or f"\n{path}.py," in text


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
