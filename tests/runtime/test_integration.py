"""The integration inside somebody else's process: what it adds, and what it leaves alone."""

from __future__ import annotations

import copy
import errno
import json
import os
import subprocess
import sys
import threading
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, Callable

import pytest
import sentry_modules
import sentry_sdk
from sentry_modules.activation import activate
from sentry_modules.integration import EventPart, FrozenModulesIntegration
from sentry_modules.modules import BUDGET
from sentry_sdk.consts import VERSION
from sentry_sdk.transport import Transport

from tests.runtime.application import (
    RUNTIME,
    generated,
    manifest_text,
    report,
    run,
    sdk,
    write_files,
)

FROZEN = {"acme-app": "4.2.0", "flask": "3.1.3"}
SDK_INFO: Any = vars(sentry_sdk.client)["SDK_INFO"]

Client = Callable[..., "list[Any]"]


@pytest.fixture
def client(process: None) -> Client:  # noqa: ARG001 - see conftest
    """Return a function that binds a client, with ours by default; that returns its events."""

    def bind(*integrations: Any, **options: Any) -> list[Any]:
        sent: list[Any] = []

        class Collecting(Transport):
            def capture_event(self, event: Any) -> None:
                sent.append(event)

            def capture_envelope(self, envelope: Any) -> None:
                sent.extend(item.payload.json for item in envelope.items)

        sentry_sdk.init(
            dsn="https://key@sentry.example.org/1",
            transport=Collecting,
            auto_enabling_integrations=False,
            integrations=integrations or [FrozenModulesIntegration(generated(FROZEN))],
            **options,
        )
        return sent

    return bind


def test_every_default_integration_stays_on(client: Client) -> None:
    """Only the stock Modules integration gives way, to the one that takes its place."""
    sent = client()
    sentry_sdk.capture_message("hello")
    expected = {"argv", "atexit", "dedupe", "excepthook", "logging", "stdlib", "threading"}
    assert expected | {"frozen_modules"} <= set(sent[0]["sdk"]["integrations"])
    assert "modules" not in sent[0]["sdk"]["integrations"]


def test_this_distribution_is_among_the_packages(client: Client) -> None:
    """``event["sdk"]`` is what the SDK makes it, and names this distribution with its version."""
    before = copy.deepcopy(SDK_INFO)
    sent = client()
    sentry_sdk.capture_message("hello")
    ours = {"name": "pypi:sentry-modules", "version": sentry_modules.__version__}
    found = sent[0]["sdk"]
    assert found["packages"] == [*before["packages"], ours]
    assert (found["name"], found["version"]) == (before["name"], before["version"])
    assert before["packages"] == SDK_INFO["packages"], "the SDK's own list is shared by all clients"


def test_an_sdk_that_the_application_names_stays(client: Client) -> None:
    """An event that says what sent it is believed."""
    sent = client()
    sentry_sdk.capture_event({"message": "hello", "sdk": {"name": "mine", "version": "1"}})
    assert sent[0]["sdk"] == {"name": "mine", "version": "1"}


def test_entries_of_the_application_stay(client: Client) -> None:
    """What is on the event already wins, however it is spelled, and stays out of the next."""
    sent = client()
    sentry_sdk.capture_event({"message": "hello", "modules": {"Flask": "custom", "model": "7"}})
    sentry_sdk.capture_message("hello")
    assert sent[0]["modules"] == {"acme-app": "4.2.0", "Flask": "custom", "model": "7"}
    assert sent[1]["modules"] == FROZEN


ODD: dict[Any, Any] = {
    "built": date(2026, 1, 2),
    "at": datetime(2026, 1, 2, tzinfo=timezone.utc),
    "bytes": b"x",
    "no number": float("nan"),
    "object": EventPart,
    7: "a key",
}


@pytest.mark.parametrize("is_late", [False, True])
def test_odd_entries_of_the_application_lose_no_event(client: Client, is_late: bool) -> None:
    """The SDK makes text of them, whether they were there before ours or are added later."""

    def processor(event: Any, _hint: Any) -> Any:
        event.setdefault("modules", {}).update(ODD)
        return event

    given: Any = {"message": "hello", "modules": {} if is_late else dict(ODD)}
    sent = client()
    with sentry_sdk.new_scope() if hasattr(sentry_sdk, "new_scope") else sentry_sdk.push_scope():
        if is_late:
            get_scope = getattr(sentry_sdk, "get_current_scope", None)
            scope = get_scope() if get_scope else sentry_sdk.Hub.current.scope
            scope.add_event_processor(processor)
        sentry_sdk.capture_event(given)
    serialize: Any = pytest.importorskip("sentry_sdk.serializer").serialize
    every: dict[Any, Any] = {**ODD, **FROZEN}
    stock = serialize({"modules": every})["modules"]
    assert repr(sorted(sent[0]["modules"].items())) == repr(sorted(stock.items()))
    json.dumps(sent[0]["modules"])


def test_entries_of_the_application_count_for_the_budget(client: Client) -> None:
    """What the server would cut is one of ours, as a whole; the application's stay."""
    many = {f"package-{number:04}": "1.0.0" for number in range(1100)}
    sent = client(FrozenModulesIntegration(generated(many)))
    own = {"zz-model": "7" * 100, "package-0001": "own"}
    sentry_sdk.capture_event({"message": "hello", "modules": dict(own)})
    found = sent[0]["modules"]
    assert own.items() <= found.items()
    used = sum(len(version) + 3 for version in found.values())
    assert BUDGET - 20 < used <= BUDGET


@pytest.mark.parametrize("given", [None, "flask", ["flask"], 7])
def test_modules_that_are_no_map(client: Client, given: Any) -> None:
    """What the application cannot have meant is replaced, as by the stock integration."""
    sent = client()
    sentry_sdk.capture_event({"message": "hello", "modules": given})
    assert sent[0]["modules"] == FROZEN


def test_the_map_serializes_as_a_plain_one() -> None:
    """The SDK's serializer takes it whole, and the payload has the same bytes."""
    serialize: Any = pytest.importorskip("sentry_sdk.serializer").serialize
    plain = serialize({"modules": dict(FROZEN)})
    assert json.dumps(serialize({"modules": EventPart(FROZEN)})) == json.dumps(plain)
    assert type(serialize({"modules": EventPart(FROZEN)})["modules"]) is dict


def test_one_line_tells_where_the_list_came_from(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """With ``debug=True`` the SDK's log answers it, once, and says how many were left out."""
    table = {f"d{number:04}": "1.0.0.post1" for number in range(700)}
    client(FrozenModulesIntegration(generated(table)), debug=True)
    sentry_sdk.capture_message("hello")
    sentry_sdk.capture_message("hello")
    (line,) = [text for text in caplog.messages if "[sentry-modules]" in text]
    assert "585 modules from _sentry_modules (uv.lock): " in line
    assert "115 left out for size" in line


def test_without_debug_there_is_no_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Making a record costs more than the list, so it is not made to be filtered."""
    client()
    sentry_sdk.capture_message("hello")
    assert caplog.messages == []


def test_a_fault_of_ours_loses_no_event(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should anything at all go wrong, the event arrives."""
    sent = client()
    monkeypatch.setattr(FrozenModulesIntegration, "modules", property(lambda _: 1 / 0))
    sentry_sdk.capture_message("hello")
    assert sent[0]["message"] == "hello"


def test_a_stock_list_that_raises(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken metadata on the host costs neither the event nor the entries of the manifest."""

    class Raising:
        @staticmethod
        def find_spec(*_: object) -> None:
            return None

        @staticmethod
        def find_distributions(*_: object) -> Any:
            raise RuntimeError("hostile")

    sent = client(FrozenModulesIntegration(generated(FROZEN), combine=True))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Raising])
    for name in ("sentry_sdk.utils", "sentry_sdk.integrations.modules"):
        monkeypatch.setattr(f"{name}._installed_modules", None, raising=False)
    sentry_sdk.capture_message("hello")
    assert sent[0]["modules"] == FROZEN


def test_changes_of_the_manifest_after_the_first_event(client: Client) -> None:
    """The list is built once in a process."""
    table = dict(FROZEN)
    sent = client(FrozenModulesIntegration(generated(table)))
    sentry_sdk.capture_message("hello")
    table["flask"] = "0"
    sentry_sdk.capture_message("hello")
    assert [event["modules"]["flask"] for event in sent] == ["3.1.3", "3.1.3"]


def test_an_event_while_the_package_is_being_imported(tmp_path: Path) -> None:
    """A package that waits, while it is imported, for a thread that captures does not hang.

    An import of the generated module in that thread would wait for the package's import lock.
    """
    text = (
        "import json, threading, sentry_sdk\n"
        "from sentry_modules import FrozenModulesIntegration\n"
        "events = []\n"
        "sentry_sdk.init(dsn='https://key@sentry.example.org/1',\n"
        "    integrations=[FrozenModulesIntegration()],\n"
        "    before_send=lambda event, hint: events.append(event))\n"
        "capture = sentry_sdk.capture_message\n"
        "thread = threading.Thread(target=capture, args=('hello',), daemon=True)\n"
        "thread.start()\n"
        "thread.join(20)\n"
        "print(json.dumps(events[0]['modules'] if events else 'hung'))\n"
    )
    files = {"acme/__init__.py": text, "acme/_sentry_modules.py": manifest_text(FROZEN)}
    write_files(tmp_path, files)
    assert report("-c", "import acme", path=(tmp_path, RUNTIME, sdk())) == FROZEN


def test_the_package_around_a_manifest_is_not_imported(tmp_path: Path) -> None:
    """Naming a manifest by text runs no code of the application, not even its package's."""
    files = {"acme/__init__.py": "raise SystemExit", "acme/_sentry_modules.py": manifest_text()}
    write_files(tmp_path, files)
    program = (
        "import json, sys, sentry_modules, importlib.metadata\n"
        "sentry_modules.install('acme._sentry_modules')\n"
        "print(json.dumps([importlib.metadata.version('flask'), 'acme' in sys.modules]))"
    )
    assert report("-c", program, path=(tmp_path, RUNTIME)) == ["3.1.3", False]


def test_importing_the_package_does_nothing() -> None:
    """No thread, no file, no change to the import system, and nothing that the SDK lacks."""
    program = (
        "import json, sys, threading, sentry_sdk, sentry_sdk.integrations\n"
        "before = set(sys.modules), list(sys.meta_path), threading.active_count()\n"
        "from sentry_modules import FrozenModulesIntegration\n"
        "print(json.dumps([sorted(set(sys.modules) - before[0]),\n"
        "    before[1:] == (list(sys.meta_path), threading.active_count())]))"
    )
    added, is_left_alone = report("-c", program, path=(RUNTIME, sdk()))
    assert [name for name in added if name.partition(".")[0] != "sentry_modules"] == []
    assert is_left_alone


def test_an_event_imports_nothing_either(tmp_path: Path) -> None:
    """All that runs at the first event was there when ``init`` returned; no thread is started."""
    files = {"acme/__init__.py": "", "acme/_sentry_modules.py": manifest_text()}
    write_files(tmp_path, files)
    program = (
        "import json, sys, threading, sentry_sdk\n"
        "from sentry_modules import FrozenModulesIntegration\n"
        "integration = FrozenModulesIntegration('acme')\n"
        "before = set(sys.modules), threading.active_count()\n"
        "assert integration.modules().versions['flask'] == '3.1.3'\n"
        "print(json.dumps([sorted(set(sys.modules) - before[0]),\n"
        "    threading.active_count() - before[1]]))"
    )
    assert report("-c", program, path=(tmp_path, RUNTIME, sdk())) == [[], 0]


def test_no_lock_is_held_while_the_manifest_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    """A manifest whose code is slow keeps no other thread's event waiting for it."""
    text = (
        "import threading\n"
        "threads = threading.__dict__.setdefault('waiting', [])\n"
        "threads.append(None)\n"
        "threading.both.wait(20)\n" + manifest_text(FROZEN)
    )
    files = {"slow/__init__.py": "", "slow/_sentry_modules.py": text}
    write_files(tmp_path, files)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(threading, "both", threading.Barrier(2), raising=False)
    sent = client(FrozenModulesIntegration("slow"))
    workers = [threading.Thread(target=sentry_sdk.capture_message, args=("hi",)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [event["modules"] for event in sent] == [FROZEN, FROZEN]


def test_the_command_says_what_would_be_sent(tmp_path: Path) -> None:
    """``python -m sentry_modules`` prints the list, where it is from, and why."""
    listed = {**FROZEN, "sentry-sdk": "1.0"}
    files = {"acme/__init__.py": "", "acme/_sentry_modules.py": manifest_text(listed)}
    write_files(tmp_path, files)
    found = json.loads(run("-m", "sentry_modules", "acme", path=(tmp_path, RUNTIME, sdk())))
    assert found == {
        "modules": {**FROZEN, "sentry-sdk": VERSION},
        "from": {"acme-app": "manifest", "flask": "manifest", "sentry-sdk": str(sdk())},
        "origin": "acme._sentry_modules (uv.lock): "
        "the metadata of acme-app is not beside the manifest",
        "authority": "manifest",
        "why": "the metadata of acme-app is not beside the manifest",
        "manifest": "acme._sentry_modules",
        "source": "uv.lock",
        "left_out": 0,
        "skipped": {},
    }


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_the_command_where_nothing_can_be_written() -> None:
    """It ends with one line."""
    program = [sys.executable, "-m", "sentry_modules"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (RUNTIME, sdk())))}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            program, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    line = f"standard output: cannot be written ({os.strerror(errno.ENOSPC)}).\n"
    assert (done.returncode, done.stderr.splitlines(keepends=True)[-1]) == (1, line)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_the_command_without_a_manifest() -> None:
    """It says that there is none, and prints what the stock integration would send."""
    found = json.loads(run("-m", "sentry_modules", "nowhere", path=(RUNTIME, sdk())))
    assert (found["manifest"], found["authority"]) == (None, "metadata")
    assert found["why"] == "no manifest was found in nowhere._sentry_modules, nowhere"
    assert found["from"]["sentry-sdk"] == "live metadata"


def test_names_that_the_package_does_not_have() -> None:
    """The package has four names, and is clear about any other."""
    names = ["FrozenModulesIntegration", "activate", "install", "uninstall"]
    assert sorted(sentry_modules.__all__) == names
    assert sentry_modules.activate is activate
    assert sentry_modules.FrozenModulesIntegration is FrozenModulesIntegration
    with pytest.raises(AttributeError, match="no attribute 'instal'"):
        sentry_modules.instal  # noqa: B018 - it is what is tested
