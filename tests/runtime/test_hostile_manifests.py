"""Five hundred manifests that are malformed, hostile or huge, all the way to an event."""

from __future__ import annotations

import importlib
import json
import types
import zipfile
from pathlib import Path
from typing import Any, Callable

import pytest
import sentry_modules
import sentry_sdk
from sentry_modules.integration import FrozenModulesIntegration
from sentry_modules.modules import installed
from sentry_modules.reference import ManifestReference
from sentry_sdk.transport import Transport

from tests.conftest import Tally
from tests.runtime import hostile
from tests.runtime.application import write_files


@pytest.fixture
def carried(process: None) -> Callable[[Any], dict[str, str]]:  # noqa: ARG001 - see conftest
    """Return a function that captures with some manifest, and returns what its event carried."""

    def capture(manifest: Any) -> dict[str, str]:
        sent: list[Any] = []

        class Collecting(Transport):
            def capture_event(self, event: Any) -> None:
                sent.append(event)

            def capture_envelope(self, envelope: Any) -> None:
                sent.extend(item.payload.json for item in envelope.items)

        sentry_sdk.init(
            dsn="https://key@sentry.example.org/1",
            transport=Collecting,
            default_integrations=False,
            integrations=[FrozenModulesIntegration(manifest, authority="manifest")],
        )
        sentry_sdk.capture_message("hello")
        sentry_modules.uninstall()
        found: dict[str, str] = sent[-1]["modules"]
        return found

    return capture


def test_no_table_loses_an_event(carried: Callable[[Any], dict[str, str]], tally: Tally) -> None:
    """Events arrive with what is right in a broken table, and otherwise with the stock list."""
    count = 0
    for namespace, right in hostile.namespaces():
        module = types.ModuleType("_sentry_modules")
        vars(module).update(namespace)
        assert carried(module) == (right or installed()), namespace.keys()
        count += 1
    assert count > 400
    tally("hostile manifests", {"right": count})


def test_no_module_loses_an_event(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    carried: Callable[[Any], dict[str, str]],
    tally: Tally,
) -> None:
    """A module whose code does not run, or does what it must not, leaves the stock list."""
    monkeypatch.syspath_prepend(str(tmp_path))
    count = 0
    for text in hostile.texts():
        name = f"broken{count}"
        write_files(tmp_path / name, {"__init__.py": ""})
        (tmp_path / name / "_sentry_modules.py").write_bytes(text)
        assert carried(name) == installed(), text[:80]
        count += 1
    assert count > 100
    tally("hostile manifests", {"right": count})


def test_two_hundred_thousand_entries(carried: Callable[[Any], dict[str, str]]) -> None:
    """A table without end is cut to what the server keeps, in whole entries."""
    module = types.ModuleType("_sentry_modules")
    table = {f"d{number}": "1.0" for number in range(200_000)}
    vars(module)["MANIFEST"] = json.dumps({"modules": table}, separators=(",", ":"))
    found = carried(module)
    assert len(found) == 8192 // (len("1.0") + 3)
    assert set(found.values()) == {"1.0"}


@pytest.mark.parametrize("part", ["header", "length", "blocks"])
def test_a_damaged_archive_is_read_once(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be unpacked will never be: the log says it, and no event tries it again."""
    archive, package = tmp_path / "damaged.zip", f"damaged_{part}"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(f"{package}/__init__.py", "")
        target.writestr(f"{package}/_sentry_modules.py", "MANIFEST = ''\n" * 50)
        entry = target.getinfo(f"{package}/_sentry_modules.py")
    place = {"header": 0, "length": 26, "blocks": 30 + len(entry.filename)}[part]
    data = bytearray(archive.read_bytes())
    data[entry.header_offset + place : entry.header_offset + place + 2] = b"\xff\xff"
    archive.write_bytes(data)
    monkeypatch.syspath_prepend(str(archive))
    importlib.import_module(package)
    decision = ManifestReference(package, (), "auto").decision()
    assert (decision.manifest, decision.is_final) == (None, True)
    assert package in caplog.text
