"""One measurement of the run-time side, in a fresh process: ``probe.py WHAT [ARGUMENT...]``.

PyInstaller makes a program of this file, too. It goes by what an application can see alone: the
events. Prints a JSON array of regions, each with the ways that it belongs to, how often, and what
it took. A region is called through ``ctypes``, where callgrind sees it begin and end.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from typing import Any

EVENTS = 12
regions: list[tuple[dict[str, float], dict[str, float]]] = []


def measure(ways: dict[str, float], work: Callable[[], object]) -> None:
    """Run a region without the collector, whose turn would come by chance."""
    failures: list[BaseException] = []

    def run() -> None:
        processor, wall = time.thread_time(), time.perf_counter()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - ctypes would print it and go on
            failures.append(error)
        took = time.thread_time() - processor, time.perf_counter() - wall
        regions.append((ways, {"processor ms": took[0] * 1e3, "wall ms": took[1] * 1e3}))

    gc.collect()
    gc.disable()
    _switch_on()
    ctypes.CFUNCTYPE(None)(run)()
    if failures:
        raise failures[0]


def _switch_on() -> None:
    # Have callgrind count from here on, where it runs this. It cannot be switched off again: its
    # next number would be wrong.
    switch = os.environ.pop("BENCH_SWITCH", None)
    if switch and os.system(f"{switch} --instr=on {os.getpid()} >/dev/null 2>&1"):  # noqa: S605
        raise RuntimeError(f"{switch} cannot switch it on")


def enter(package: str, path: str) -> None:
    """Make the application importable, as if only it were installed beside the interpreter."""
    others = [entry for entry in sys.path if "site-packages" not in entry]
    sys.path[:] = [*path.split(":"), *others] if path else others
    if package:
        import_module(package)


def use_client(*integrations: Any, before_send: Any = None) -> list[Any]:
    """Let a new client take the events; return the list that they will be in."""
    import sentry_sdk
    from sentry_sdk.transport import Transport

    events: list[Any] = []

    class Serializing(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            events.append(envelope.get_event())
            envelope.serialize()

    client: Any = sentry_sdk.Client(
        dsn="https://key@sentry.example.org/1",
        transport=Serializing,
        default_integrations=False,
        integrations=integrations,
        before_send=before_send,
    )
    sentry_sdk.get_global_scope().set_client(client)
    return events


def capture() -> None:
    """Send one event."""
    import sentry_sdk

    sentry_sdk.capture_event({"message": "measured"})


def repeatedly() -> None:
    """Send several events."""
    for _ in range(EVENTS):
        capture()


def warm() -> None:
    """Send an event without modules, so that the SDK itself has nothing left to do once."""
    use_client()
    capture()
    capture()


def imports() -> None:
    """Import the SDK, then the integration."""
    measure({"sentry_sdk": 1}, lambda: import_module("sentry_sdk"))
    package = import_module("sentry_modules")
    measure({"sentry_modules": 1}, lambda: package.FrozenModulesIntegration)


def first(way: str, package: str, path: str = "") -> None:
    """Send two events: what the first takes longer is what modules make it wait for."""
    warm()
    enter(package, path)
    events = use_client(_integration(way, package))
    measure({way: 1}, capture)
    measure({way: -1}, capture)
    if len(events) != 2 or len(events[0].get("modules") or ()) < 10:  # noqa: PLR2004 - obvious
        raise AssertionError("the events do not have the modules")


def bare(package: str, path: str = "") -> None:
    """Import a module that holds the same table and nothing else."""
    enter(package, path)
    measure({"bare dict": 1}, lambda: import_module(f"{package}.bare"))


def search(path: str) -> None:
    """Let the integration find the manifest itself, in one of many packages on the path."""
    from sentry_modules import FrozenModulesIntegration

    warm()
    enter("", path)
    made: list[Any] = []
    measure({"manifest": 1}, lambda: made.append(FrozenModulesIntegration()))
    events = use_client(*made)
    measure({"manifest": 1}, capture)
    measure({"manifest": -1}, capture)
    if "distribution-0007" not in events[0].get("modules", {}):
        raise AssertionError("the manifest is not found")


def memory(package: str, path: str = "") -> None:
    """Measure what stays in memory after the first event, and the bare dict."""
    warm()
    enter(package, path)
    use_client(_integration("manifest", package))
    tracemalloc.start()
    ways: dict[str, Callable[[], object]] = {
        "manifest": capture,
        "bare dict": lambda: import_module(f"{package}.bare"),
    }
    for way, work in ways.items():
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        work()
        gc.collect()
        regions.append(({way: 1}, {"bytes": tracemalloc.get_traced_memory()[0] - before}))


def event(package: str, path: str = "") -> None:
    """Measure what modules add to an event, up to its bytes.

    The floor is a dict that ``before_send`` puts on, when the serializer has run.
    """
    warm()
    enter(package, path)
    ours = _integration("manifest", package)
    sent: dict[str, str] = {}
    # What stock would have found were the metadata there; it sends more than the server takes.
    listed = dict(import_module(f"{package}.bare").MODULES)
    vars(import_module("sentry_sdk.utils"))["_installed_modules"] = listed
    clients: dict[str, Callable[[], list[Any]]] = {
        "manifest": lambda: use_client(ours),
        "stock": lambda: use_client(_integration("stock", package)),
        "floor": lambda: use_client(before_send=lambda e, _hint: {**e, "modules": dict(sent)}),
    }
    for way, use in {"none": use_client, **clients}.items():
        events = use()
        for _ in range(4):
            capture()
        sent.update(events[-1].get("modules", {}) if way == "manifest" else {})
        each = dict.fromkeys(clients, -1 / EVENTS) if way == "none" else {way: 1 / EVENTS}
        measure(each, repeatedly)


def _integration(way: str, package: str) -> Any:
    if way == "stock":
        return import_module("sentry_sdk.integrations.modules").ModulesIntegration()
    from sentry_modules import FrozenModulesIntegration

    return FrozenModulesIntegration(f"{package}._sentry_modules")


PROBES: dict[str, Callable[..., None]] = {
    "imports": imports,
    "first": first,
    "bare": bare,
    "search": search,
    "memory": memory,
    "event": event,
}

if __name__ == "__main__":
    PROBES[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(regions))
