"""One measurement of the run-time side, in a fresh process: ``probe.py WHAT [PACKAGE [PATH]]``.

``PACKAGE`` is the application's import package, as ``bench.sample`` lays it out, and ``PATH`` the
folder or archive that it is in, or nothing where the interpreter has it anyway. PyInstaller makes
a program of this file, too. Prints a JSON object of numbers: sizes in bytes, and times in
microseconds of this thread on a processor, for on a machine that does something else as well a
wall clock measures mostly that.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from itertools import permutations
from statistics import median
from typing import Any

EVENTS = 4 * 24
"""Each order of the four clients comes as often."""

FIRST = 24
"""Events of which the times are not taken."""


def _microseconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1e6


def _enter(package: str, path: str) -> None:
    """Make the application importable, as if only it were installed beside the interpreter."""
    others = [entry for entry in sys.path if "site-packages" not in entry]
    sys.path[:] = [path, *others] if path else others
    import_module(package)


def imports() -> dict[str, float]:
    """Time importing the SDK, then the integration, then making the instance for ``init``."""
    sdk = _microseconds(lambda: import_module("sentry_sdk"))
    package = import_module("sentry_modules")
    integration = _microseconds(lambda: package.FrozenModulesIntegration)
    instance = _microseconds(package.FrozenModulesIntegration)
    return {"sentry_sdk": sdk, "sentry_modules": integration, "the instance": instance}


def first_event(package: str, path: str = "") -> dict[str, float]:
    """Time what the first event waits for with the manifest."""
    from sentry_modules.integration import EventModules, FrozenModulesIntegration

    _enter(package, path)
    integration = FrozenModulesIntegration(f"{package}._sentry_modules")
    return {"manifest": _microseconds(lambda: EventModules(integration.modules().versions))}


def first_import(package: str, path: str = "") -> dict[str, float]:
    """Time importing a module that holds the same table and nothing else."""
    import_module("sentry_sdk")
    _enter(package, path)
    return {"bare dict": _microseconds(lambda: import_module(f"{package}.bare"))}


def first_scan(package: str, path: str = "") -> dict[str, float]:
    """Time what the stock integration makes the first event wait for."""
    stock: Any = import_module("sentry_sdk.integrations.modules")
    _enter(package, path)
    return {"stock": _microseconds(stock._get_installed_modules)}


def first_finding(package: str, path: str = "") -> dict[str, float]:
    """Time the same where the stock integration finds what the manifest lists, and only that."""
    from sentry_modules import install

    stock: Any = import_module("sentry_sdk.integrations.modules")
    _enter(package, path)
    install(f"{package}._sentry_modules")
    return {"install()": _microseconds(stock._get_installed_modules)}


def memory(package: str, path: str = "") -> dict[str, float]:
    """Measure what stays in memory after the first event, and the bare dict."""
    from sentry_modules.integration import FrozenModulesIntegration

    _enter(package, path)
    integration = FrozenModulesIntegration(f"{package}._sentry_modules")
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    integration.modules()
    middle = tracemalloc.get_traced_memory()[0]
    import_module(f"{package}.bare")
    return {"manifest": middle - before, "bare dict": tracemalloc.get_traced_memory()[0] - middle}


def per_event(package: str, path: str = "") -> dict[str, float]:
    """Time what modules add to events, up to their bytes; the clients take turns.

    The floor is a dict that ``before_send`` puts on, when the serializer has run.
    """
    import sentry_sdk
    from sentry_modules.integration import FrozenModulesIntegration
    from sentry_sdk.integrations.modules import ModulesIntegration
    from sentry_sdk.transport import Transport

    class Serializing(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            envelope.serialize()

    def client(*integrations: Any, before_send: Any = None) -> Any:
        return sentry_sdk.Client(
            dsn="https://key@sentry.example.org/1",
            transport=Serializing,
            default_integrations=False,
            integrations=integrations,
            before_send=before_send,
        )

    _enter(package, path)
    ours = FrozenModulesIntegration(f"{package}._sentry_modules", authority="manifest")
    sent = ours.modules().versions
    # What stock would have found were the metadata there; it sends more than the server takes.
    listed = dict(import_module(f"{package}._sentry_modules").MODULES)
    vars(import_module("sentry_sdk.utils"))["_installed_modules"] = listed
    clients = {
        "none": client(),
        "stock": client(ModulesIntegration()),
        "manifest": client(ours),
        "floor": client(before_send=lambda event, _hint: {**event, "modules": dict(sent)}),
    }
    took: dict[str, list[float]] = {name: [] for name in clients}
    orders = list(permutations(clients))  # each comes after each other one as often: so caches are
    for turn in range(FIRST + EVENTS):
        for name in orders[turn % len(orders)]:
            sentry_sdk.get_global_scope().set_client(clients[name])
            took[name].append(
                _microseconds(lambda: sentry_sdk.capture_event({"message": "measured"}))
            )
    medians = {name: median(times[FIRST:]) for name, times in took.items()}
    without = medians.pop("none")
    return {name: whole - without for name, whole in medians.items()}


PROBES: dict[str, Callable[..., dict[str, float]]] = {
    "imports": imports,
    "first": first_event,
    "bare": first_import,
    "scan": first_scan,
    "finding": first_finding,
    "memory": memory,
    "event": per_event,
}

if __name__ == "__main__":
    print(json.dumps(PROBES[sys.argv[1]](*sys.argv[2:])))
