"""One measurement of the run-time side, in a fresh process: ``runtime_probe.py WHAT PATH``.

``PATH`` is a folder or archive that ``bench.runtime`` laid out. Prints a JSON object of numbers:
sizes in bytes, and times in microseconds of this thread on a processor, for on a machine that
does something else as well a wall clock measures mostly that.
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

EVENTS = 150


def import_package() -> dict[str, float]:
    """Time importing the integration, after the SDK."""
    import_module("sentry_sdk")
    start = time.thread_time()
    from sentry_modules import FrozenModulesIntegration  # noqa: F401 - what users write

    return {"ours": (time.thread_time() - start) * 1e6}


def first_instance() -> dict[str, float]:
    """Time making the instance that ``init`` is given, which imports the rest."""
    from sentry_modules import FrozenModulesIntegration

    start = time.thread_time()
    FrozenModulesIntegration()
    return {"ours": (time.thread_time() - start) * 1e6}


def first_event(path: str) -> dict[str, float]:
    """Time what the first event waits for."""
    from sentry_modules.integration import EventModules, FrozenModulesIntegration

    sys.path.insert(0, path)
    import_module("acme")

    integration = FrozenModulesIntegration("acme._sentry_modules")
    start = time.thread_time()
    EventModules(integration.modules().versions)
    return {"ours": (time.thread_time() - start) * 1e6}


def first_import(path: str) -> dict[str, float]:
    """Time importing a module that holds the same table and nothing else."""
    sys.path.insert(0, path)
    import_module("acme")
    import_module("sentry_sdk")
    start = time.thread_time()
    import_module("acme.bare")
    return {"bare": (time.thread_time() - start) * 1e6}


def first_scan(path: str) -> dict[str, float]:
    """Time what the stock integration makes the first event wait for, in an intact application."""
    stock: Any = import_module("sentry_sdk.integrations.modules")
    sys.path[:] = [path, *(entry for entry in sys.path if "site-packages" not in entry)]
    start = time.thread_time()
    stock._get_installed_modules()
    return {"stock": (time.thread_time() - start) * 1e6}


def memory(path: str) -> dict[str, float]:
    """Measure what stays in memory after the first event, beside the bare dict."""
    from sentry_modules.integration import FrozenModulesIntegration

    sys.path.insert(0, path)
    import_module("acme")

    integration = FrozenModulesIntegration("acme._sentry_modules")
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    integration.modules()
    middle = tracemalloc.get_traced_memory()[0]
    import_module("acme.bare")
    return {"ours": middle - before, "bare": tracemalloc.get_traced_memory()[0] - middle}


def per_event(path: str) -> dict[str, float]:
    """Time whole events up to their bytes, in turns: with stock, with ours, with no modules."""
    import sentry_sdk
    from sentry_modules.integration import FrozenModulesIntegration
    from sentry_sdk.integrations.modules import ModulesIntegration
    from sentry_sdk.transport import Transport

    class Serializing(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            envelope.serialize()

    def client(*integrations: Any) -> Any:
        return sentry_sdk.Client(
            dsn="https://key@sentry.example.org/1",
            transport=Serializing,
            default_integrations=False,
            integrations=integrations,
        )

    sys.path[:] = [path, *sys.path]
    ours = client(FrozenModulesIntegration("acme._sentry_modules", authority="manifest"))
    clients = {"none": client(), "stock": client(ModulesIntegration()), "ours": ours}
    _cache_stock_list(path)
    took: dict[str, list[float]] = {name: [] for name in clients}
    for turn in range(EVENTS):  # each comes after each other one as often: it finds its cache so
        order = list(permutations(clients))[turn % 6]
        for name in order:
            sentry_sdk.get_global_scope().set_client(clients[name])
            start = time.thread_time()
            sentry_sdk.capture_event({"message": "measured"})
            took[name].append((time.thread_time() - start) * 1e6)
    return {name: median(times[10:]) for name, times in took.items()}


def _cache_stock_list(path: str) -> None:
    """Let the SDK cache the same list, as it would find it were the metadata there."""
    sys.path.insert(0, path)
    utils, manifest = import_module("sentry_sdk.utils"), import_module("acme._sentry_modules")
    vars(utils)["_installed_modules"] = dict(manifest.MODULES)


PROBES: dict[str, Callable[..., dict[str, float]]] = {
    "import": import_package,
    "instance": first_instance,
    "first": first_event,
    "bare": first_import,
    "scan": first_scan,
    "memory": memory,
    "event": per_event,
}

if __name__ == "__main__":
    print(json.dumps(PROBES[sys.argv[1]](*sys.argv[2:])))
