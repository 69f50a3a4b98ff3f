"""The clauses of Sentry's Modules integration specification (1.0.0), one test for each.

https://develop.sentry.dev/sdk/expected-features/, section "Modules".
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any, Callable

import pytest
import sentry_sdk
from sentry_modules.decision import Decision
from sentry_modules.integration import FrozenModulesIntegration
from sentry_modules.manifest import Manifest
from sentry_modules.modules import choose, installed
from sentry_sdk.utils import event_from_exception

from tests.runtime.application import CACHE, document, generated

FROZEN = {"acme-app": "4.2.0", "flask": "3.1.3"}
MESSAGE: Any = {"message": "hello"}


@pytest.fixture
def capture(process: None) -> Callable[..., Any]:  # noqa: ARG001 - see conftest
    """Return a function that captures with a client that has ours, and returns the event."""

    def run(event: Any = MESSAGE, **options: Any) -> Any:
        events: list[Any] = []
        sentry_sdk.init(
            dsn="https://key@sentry.example.org/1",
            integrations=[FrozenModulesIntegration(generated(FROZEN))],
            before_send=lambda sent, _hint: events.append(sent),
            before_send_transaction=lambda sent, _hint: events.append(sent),
            **options,
        )
        sentry_sdk.capture_event(event)
        return events[0]

    return run


def decided(why: str = "", *, is_live: bool = False) -> Decision:
    """Return a decision about a manifest of the frozen entries."""
    manifest = Manifest("_sentry_modules", vars(generated(FROZEN)))
    return Decision(manifest, None if is_live else {}, why)


def test_attaches_a_list_of_modules_and_their_versions(capture: Any) -> None:
    """Clause "attaches a list of loaded libraries (packages, modules) and their versions"."""
    assert capture()["modules"] == FROZEN


def test_should_be_a_default_integration(capture: Any) -> None:
    """Clause "SHOULD be a default integration": as far as a third party can be one.

    It takes the place of the default one, and all others stay on.
    """
    found = set(capture()["sdk"]["integrations"])
    assert {"argv", "atexit", "dedupe", "excepthook", "logging", "stdlib", "threading"} <= found
    assert "frozen_modules" in found
    assert "modules" not in found


def test_must_use_the_process_event_hook() -> None:
    """Clause "MUST use the processEvent lifecycle hook": in this SDK, a global event processor."""
    registered = [processor.__module__ for processor in sentry_sdk.scope.global_event_processors]
    FrozenModulesIntegration.setup_once()
    added = sentry_sdk.scope.global_event_processors[len(registered) :]
    assert [processor.__module__ for processor in added] == ["sentry_modules.integration"]
    sentry_sdk.scope.global_event_processors.pop()


def test_must_populate_a_map_of_name_to_version(capture: Any) -> None:
    """Clause "MUST populate event.modules as a map of module name to version string"."""
    found = capture()["modules"]
    assert type(found) is dict
    assert all(type(name) is str and type(version) is str for name, version in found.items())


def test_should_cache_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clause "SHOULD cache the module list": the generated module runs once for all events."""
    (tmp_path / "cached").mkdir()
    (tmp_path / "cached" / "__init__.py").touch()
    text = (
        "import sys\nsys.cached_runs = getattr(sys, 'cached_runs', 0) + 1\n"
        f"MANIFEST = {document(FROZEN)!r}\n"
    )
    (tmp_path / "cached" / "_sentry_modules.py").write_text(text, encoding="ascii")
    monkeypatch.syspath_prepend(str(tmp_path))
    integration = FrozenModulesIntegration("cached")
    assert integration.modules() is integration.modules()
    assert FrozenModulesIntegration("cached").modules().versions == FROZEN
    assert sys.cached_runs == 1  # type: ignore[attr-defined] # set by the module above


def test_should_use_the_most_reliable_mechanism() -> None:
    """Clause "SHOULD use the most reliable mechanism": the decided one, not the longer list."""
    assert choose(decided(), combine=False).versions == FROZEN
    assert choose(decided(is_live=True), combine=False).versions == installed()


def test_strategy_package_manager_metadata() -> None:
    """Clause "Package manager metadata": without a manifest, what the stock integration sends."""
    found = choose(Decision(None, None, "none"), combine=False)
    assert found.versions is installed()
    assert found.origin == "live metadata: none"


def test_strategy_runtime_module_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clause "Runtime module cache — inspecting loaded modules": where each was loaded from.

    The version is that of the folder that the loaded module is from, not of the manifest.
    """
    for version in ("1.0", "2.0"):
        info = tmp_path / version / f"loaded_thing-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: loaded-thing\nVersion: {version}\n")
        (tmp_path / version / "loaded_thing.py").touch()
        monkeypatch.syspath_prepend(str(tmp_path / version))
        if version == "1.0":
            import_module("loaded_thing")
    modules = FrozenModulesIntegration(generated({"loaded-thing": "3.0"})).modules()
    monkeypatch.delitem(sys.modules, "loaded_thing")
    assert modules.versions == {"loaded-thing": "1.0"}


def test_strategy_build_time_injection() -> None:
    """Clause "Build-time injection ... when runtime discovery is unavailable or incomplete"."""
    found = choose(decided("stripped"), combine=False)
    assert found.versions == FROZEN
    assert found.origin == "_sentry_modules (uv.lock): stripped"


def test_may_combine_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clause "MAY combine multiple sources": each name once, from whichever source knows it."""
    monkeypatch.setattr("sentry_modules.modules.installed", lambda: {"Flask": "1.0", "pip": "23"})
    found = choose(decided(), combine=True)
    assert found.versions == {**FROZEN, "pip": "23"}


@pytest.mark.parametrize("is_frozen", [True, False])
def test_the_more_specific_version_takes_precedence(monkeypatch: Any, is_frozen: bool) -> None:
    """Clause "the more specific version (e.g., from a lockfile ...) SHOULD take precedence".

    The lock file's in a stripped application, what is there in an intact one.
    """
    monkeypatch.setattr("sentry_modules.modules.installed", lambda: {"flask": "1.0"})
    found = choose(decided(is_live=not is_frozen), combine=True)
    assert found.versions == {"acme-app": "4.2.0", "flask": "3.1.3" if is_frozen else "1.0"}


def test_may_skip_transactions(capture: Any) -> None:
    """Clause "MAY skip ... certain event types (e.g., transactions)": they are left alone."""
    transaction = {"type": "transaction", "transaction": "x", "contexts": {"trace": {}}}
    found = capture(transaction, traces_sample_rate=1.0)
    assert found["type"] == "transaction"
    assert "modules" not in found


def event_schema() -> Any:
    """Return the schema of stored events, which Bugsink's wheel carries under MIT; fetched once."""
    cached = CACHE / "event.schema.json"
    if not cached.exists():
        folder = CACHE / "bugsink-wheel"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
        options = [str(folder), "--only-binary=:all:", "--python-version=3.12", "bugsink"]
        done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"cannot fetch the event schema: {done.stderr.strip()[-200:]}")
        (wheel,) = folder.glob("bugsink-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            cached.write_bytes(archive.read("api/event.schema.json"))
    return json.loads(cached.read_text(encoding="utf-8"))


def test_the_event_is_valid(capture: Any) -> None:
    """What is sent is an event after Sentry's own schema, with the entries that we added."""
    jsonschema = pytest.importorskip("jsonschema")
    exception, _ = event_from_exception(ValueError("hello"))
    event = json.loads(json.dumps(capture(exception)))
    event.pop("_meta", None)
    faults = jsonschema.Draft7Validator(event_schema()).iter_errors(event)
    assert [(fault.json_path, fault.message[:200]) for fault in faults] == []
    assert event["modules"] == FROZEN
    assert "pypi:sentry-modules" in [package["name"] for package in event["sdk"]["packages"]]
