"""Every order of events in which an SDK can be used, run on whichever SDK is installed.

A plain script, so that it runs on any SDK and Python: ``python scenarios.py`` prints a table with
the stock SDK's answer beside ours, and ends with status 1 if one of ours is not as expected. For
each event that was sent, in order: ``F`` the frozen map, ``S`` the stock list, ``-`` no modules,
``?`` anything else. ``n/a`` is a scenario that this SDK has no interface for.

In the third column nobody gives our integration to a client, but the manifest is activated: it has
to be wherever the stock list would be, and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import importlib
import json
import logging
import multiprocessing
import os
import pickle
import sys
import tempfile
import threading
import types
from pathlib import Path
from typing import Any, Callable

import sentry_modules
import sentry_sdk
from sentry_modules import FrozenModulesIntegration, activate
from sentry_sdk import utils
from sentry_sdk.consts import VERSION
from sentry_sdk.integrations import modules as stock
from sentry_sdk.transport import Transport

MANIFEST = types.ModuleType("_sentry_modules")
FROZEN = {"acme-app": "4.2.0", "acme-core": "1.5", "flask": "3.1.3"}
DOCUMENT = {"sentry-modules": 1, "project": "acme-app", "source": "uv.lock", "modules": FROZEN}
vars(MANIFEST).update(MANIFEST=json.dumps(DOCUMENT), APPLIES=[])
IS_READ_EARLY = tuple(map(int, VERSION.split(".")[:2])) < (1, 28)
"""Whether the SDK imports ``pkg_resources``, which is told the list before any event."""

EVENT_TYPES = (None, "event", "error", "default", "transaction", "check_in")

STOCK, OURS, ACTIVATED = "stock", "ours", "activated"
WITHOUT_STOCK = {
    "no_default_integrations": "-",
    "stock_disabled": "-",
    "stock_disabled_at_first": "--",
}
"""Where the application itself does without the stock list."""

Scenario = Callable[["Session"], None]
SCENARIOS: dict[str, tuple[Scenario, str]] = {}


class UnsupportedError(Exception):
    """This SDK has no interface for the scenario."""


class Session:
    """What a scenario works with: clients with or without the integration, and what they sent."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.sent: list[dict[str, Any]] = []

    def ours(self) -> list[Any]:
        """Return the integrations of a client that has ours; none when another way is observed."""
        return [FrozenModulesIntegration(MANIFEST)] if self.way == OURS else []

    def init(self, integrations: Any = None, **options: Any) -> None:
        """Call ``sentry_sdk.init``, by default with ours, and collect what its client sends."""
        sentry_sdk.init(**self.options(integrations, **options))

    def client(self, integrations: Any) -> Any:
        """Make a client that is not bound yet."""
        return sentry_sdk.Client(**self.options(integrations))

    def options(self, integrations: Any = None, **options: Any) -> dict[str, Any]:
        """Return the options of a client that sends into this session."""
        sent = self.sent

        class Collecting(Transport):
            def capture_event(self, event: Any) -> None:
                sent.append(event)

            def capture_envelope(self, envelope: Any) -> None:
                for item in envelope.items:
                    if item.headers.get("type") in EVENT_TYPES and item.payload.json is not None:
                        sent.append(item.payload.json)

        return {
            "dsn": "https://key@sentry.example.org/1",
            "transport": Collecting,
            "auto_enabling_integrations": False,  # none is looked for, in seventy processes
            "integrations": self.ours() if integrations is None else integrations,
            **options,
        }

    def answers(self) -> str:
        """Return one letter for each event that was sent."""
        return "".join(letter(event.get("modules")) for event in self.sent)


def letter(modules: Any) -> str:
    """Return the letter of what one event carried."""
    if modules is None:
        return "-"
    if modules == FROZEN:
        return "F"
    return "S" if modules == LISTED or modules == listed() else "?"


def listed() -> dict[str, str]:
    """Return the stock list anew: the SDK's cache can be changed, and our finder adds to it."""
    owner: Any = utils if hasattr(utils, "_generate_installed_modules") else stock
    return dict(owner._generate_installed_modules())


def scenario(expected: str) -> Callable[[Scenario], Scenario]:
    """Register a scenario and what it must observe with ours."""

    def register(function: Scenario) -> Scenario:
        SCENARIOS[function.__name__] = (function, expected)
        return function

    return register


def capture() -> None:
    """Send an error event, as a web application would: from a handled exception."""
    try:
        int("scenario")
    except ValueError as error:
        error.__traceback__ = None  # SDK 1.29 to 2.10 on Python 3.13 fail on a frame's variables
        sentry_sdk.capture_exception(error)


def bind(client: Any) -> None:
    """Make a client the current one."""
    if hasattr(sentry_sdk, "get_global_scope"):
        sentry_sdk.get_global_scope().set_client(client)
    else:
        sentry_sdk.Hub.current.bind_client(client)


@scenario("F")
def first_init(session: Session) -> None:
    """The first ``init`` of the process has it."""
    session.init()
    capture()


@scenario("FFF")
def many_events(session: Session) -> None:
    """Later events carry the same as the first."""
    session.init()
    for _ in range(3):
        capture()


@scenario("FF")
def init_twice(session: Session) -> None:
    """A second ``init`` has it too, in another instance."""
    for _ in range(2):
        session.init()
        capture()


@scenario("F")
def without_then_with(session: Session) -> None:
    """The first ``init`` lacks it: the stock processor is registered before ours."""
    session.init([])
    session.init()
    capture()


@scenario("SF")
def without_event_then_with(session: Session) -> None:
    """The same, with an event in between: the SDK has its list by then."""
    session.init([])
    capture()
    session.init()
    capture()


@scenario("SFF")
def without_event_then_with_twice(session: Session) -> None:
    """The stock processor stays away from the second event as well."""
    session.init([])
    capture()
    session.init()
    capture()
    capture()


@scenario("FS")
def with_then_without(session: Session) -> None:
    """A later client without it behaves as stock."""
    session.init()
    capture()
    session.init([])
    capture()


@scenario("S")
def with_silent_then_without(session: Session) -> None:
    """The same, when the first client never sent an event."""
    session.init()
    session.init([])
    capture()


@scenario("F")
def no_default_integrations(session: Session) -> None:
    """Given by hand it needs none of the defaults."""
    session.init(default_integrations=False)
    capture()


@scenario("F")
def stock_disabled(session: Session) -> None:
    """``disabled_integrations=[ModulesIntegration]`` leaves ours on."""
    session.init(disabled_integrations=disabled())
    capture()


@scenario("-F")
def stock_disabled_at_first(session: Session) -> None:
    """The first ``init`` disables the stock one, which in the SDK is for ever."""
    session.init([], disabled_integrations=disabled())
    capture()
    session.init()
    capture()


@scenario("SF")
def instance_made_before(session: Session) -> None:
    """An instance is made before the first ``init``, and given to the second."""
    ours = session.ours()
    session.init([])
    capture()
    session.init(ours)
    capture()


@scenario("S")
def instance_never_used(session: Session) -> None:
    """An instance is made and given to no client."""
    session.ours()
    session.init([])
    capture()


@scenario("F")
def instance_twice(session: Session) -> None:
    """Two instances are given at once."""
    session.init([*session.ours(), *session.ours()])
    capture()


@scenario("FSFSF")
def two_clients_alternating(session: Session) -> None:
    """Two clients take turns, ours made first."""
    ours, plain = session.client(session.ours()), session.client([])
    for client in (ours, plain, ours, plain, ours):
        bind(client)
        capture()


@scenario("SFSFS")
def two_clients_stock_first(session: Session) -> None:
    """Two clients take turns, the stock one made first."""
    plain, ours = session.client([]), session.client(session.ours())
    for client in (plain, ours, plain, ours, plain):
        bind(client)
        capture()


@scenario("FF")
def threads(session: Session) -> None:
    """Events are captured in threads, one after the other."""
    session.init()
    for _ in range(2):
        thread = threading.Thread(target=capture)
        thread.start()
        thread.join()


@scenario("FFFFFFFF")
def eight_first_events_at_once(session: Session) -> None:
    """Eight threads send the first event at the same time."""
    session.init()
    barrier = threading.Barrier(8)

    def first() -> None:
        barrier.wait()
        capture()

    workers = [threading.Thread(target=first) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@scenario("FF")
def asyncio_tasks(session: Session) -> None:
    """Events are captured in asyncio tasks."""
    session.init()

    async def task() -> None:
        await asyncio.sleep(0)
        capture()

    async def main() -> None:
        await asyncio.gather(task(), task())

    asyncio.run(main())


@scenario("F")
def pushed_scope(session: Session) -> None:
    """An event is captured inside ``push_scope``."""
    session.init()
    with sentry_sdk.push_scope():
        capture()


@scenario("F")
def new_scope(session: Session) -> None:
    """An event is captured inside ``new_scope``."""
    session.init()
    with interface("new_scope")():
        capture()


@scenario("F")
def isolation_scope(session: Session) -> None:
    """An event is captured inside ``isolation_scope``."""
    session.init()
    with interface("isolation_scope")():
        capture()


@scenario("F")
def cleared_scope(session: Session) -> None:
    """The scope was cleared, which drops what is registered on it."""
    session.init()
    with sentry_sdk.push_scope() as scope:
        scope.clear()
        capture()


@scenario("FF")
def fork(session: Session) -> None:
    """The first event is sent by a forked child, the second by its parent."""
    if not hasattr(os, "fork"):
        raise UnsupportedError
    session.init()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        capture()
        os.write(write, json.dumps(session.sent).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        session.sent.extend(json.loads(pipe.read()))
    os.waitpid(child, 0)
    capture()


@scenario("F")
def message(session: Session) -> None:
    """A message is an event as well."""
    session.init()
    sentry_sdk.capture_message("scenario")


@scenario("F")
def bare_event(session: Session) -> None:
    """So is what ``capture_event`` is given."""
    session.init()
    sentry_sdk.capture_event({"message": "scenario"})


@scenario("FF")
def same_event_twice(session: Session) -> None:
    """One event object is captured twice, with the first answer still on it."""
    session.init()
    event: Any = {"message": "scenario"}
    for _ in range(2):
        event.pop("event_id", None)
        sentry_sdk.capture_event(event)


@scenario("F")
def logged_error(session: Session) -> None:
    """The default logging integration makes an event of an error that is logged."""
    session.init()
    logging.getLogger("scenario").error("scenario")


@scenario("-")
def transaction(session: Session) -> None:
    """A transaction carries no modules."""
    session.init(traces_sample_rate=1.0)
    with sentry_sdk.start_transaction(op="task", name="scenario"):
        pass


@scenario("-F")
def transaction_then_error(session: Session) -> None:
    """The first event of the process is a transaction."""
    transaction(session)
    capture()


@scenario("-")
def check_in(session: Session) -> None:
    """A check-in carries no modules: it is not about an error, and the server keeps none."""
    try:
        from sentry_sdk.crons import capture_checkin
    except ImportError:
        raise UnsupportedError from None
    session.init()
    capture_checkin(monitor_slug="scenario", status="ok")


@scenario("?F")
def changed_in_before_send(session: Session) -> None:
    """``before_send`` changes the map of the first event in place."""
    calls: list[None] = []

    def before_send(event: Any, _hint: Any) -> Any:
        if not calls:
            event["modules"]["changed"] = "1"
        calls.append(None)
        return event

    session.init(before_send=before_send)
    capture()
    capture()


@scenario("?F")
def changed_by_processor(session: Session) -> None:
    """An event processor changes the map of the first event in place."""

    def change(event: Any, _hint: Any) -> Any:
        event["modules"]["changed"] = "1"
        return event

    session.init()
    with sentry_sdk.push_scope() as scope:
        scope.add_event_processor(change)
        capture()
    capture()


@scenario("?F")
def given_by_application(session: Session) -> None:
    """The application puts an entry on an event itself, which stays beside the frozen ones."""
    session.init()
    sentry_sdk.capture_event({"message": "scenario", "modules": {"given": "1"}})
    if session.way != STOCK:
        assert session.sent[-1]["modules"] == {**FROZEN, "given": "1"}
    capture()


@scenario("F")
def pickled(session: Session) -> None:
    """The integration comes from another process, as with a function that is sent to a worker."""
    session.init(pickle.loads(pickle.dumps(session.ours())))  # noqa: S301 - our own
    capture()


@scenario("F")
def deep_copied(session: Session) -> None:
    """The integration is copied with the options of a client."""
    session.init(copy.deepcopy(session.ours()))
    capture()


@scenario("FFF")
def package_reloaded(session: Session) -> None:
    """The package is reloaded between two events, and then a new client is made."""
    session.init()
    capture()
    for name in sorted(name for name in sys.modules if name.startswith("sentry_modules")):
        importlib.reload(sys.modules[name])
    capture()
    session.init()
    capture()


@scenario("FFF")
def package_imported_again(session: Session) -> None:
    """The package is imported anew between two events, as by a test runner or a reloader."""
    session.init()
    capture()
    for name in [name for name in sys.modules if name.startswith("sentry_modules")]:
        del sys.modules[name]
    capture()
    ours = importlib.import_module("sentry_modules").FrozenModulesIntegration
    session.init([ours(MANIFEST)] if session.way == OURS else [])
    capture()


@scenario("FF" if IS_READ_EARLY else "-F")
def passing_fault(session: Session) -> None:
    """No file descriptor is left when the first event comes; later there are some again."""
    if session.way == STOCK or not hasattr(os, "fork") or sys.implementation.name == "pypy":
        raise UnsupportedError  # its list then differs, and PyPy opens a file for an event's id
    name = manifest_file()
    if session.way == ACTIVATED:
        sentry_modules.uninstall()
        activate(name)
    session.init([FrozenModulesIntegration(name)] if session.way == OURS else [])
    held = []
    with contextlib.suppress(OSError):
        while True:
            held.append(os.open(os.devnull, os.O_RDONLY))
    capture()
    for descriptor in held:
        os.close(descriptor)
    capture()


@scenario("SS")
def missing_manifest(session: Session) -> None:
    """There is no manifest: two events, and one warning in the log."""
    if session.way != OURS:
        raise UnsupportedError
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign, assignment] # as short as it gets
    logging.getLogger("sentry_modules").addHandler(handler)
    session.init([FrozenModulesIntegration("nowhere")])
    capture()
    capture()
    assert [record.levelname for record in records] == ["WARNING"]


def manifest_file() -> str:
    """Write the manifest as a module that is on the path, and return its name."""
    folder = Path(tempfile.mkdtemp())
    text = f"MANIFEST = {json.dumps(DOCUMENT)!r}\nAPPLIES = []\n"
    (folder / "scenario_manifest.py").write_text(text, encoding="ascii")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return "scenario_manifest"


def disabled() -> list[Any]:
    """Return the option that disables the stock integration; it came with 2.11."""
    from sentry_sdk.consts import DEFAULT_OPTIONS

    if "disabled_integrations" not in DEFAULT_OPTIONS:
        raise UnsupportedError
    return [stock.ModulesIntegration]


def interface(name: str) -> Any:
    """Return a function of the SDK's public interface that not every version has."""
    if not hasattr(sentry_sdk, name):
        raise UnsupportedError
    return getattr(sentry_sdk, name)


def observe(name: str, way: str, pipe: Any) -> None:
    """Run one scenario in this process, which must be fresh, and send its answers."""
    session = Session(way)
    try:
        if way == ACTIVATED:
            activate(MANIFEST)
        SCENARIOS[name][0](session)
        pipe.send(session.answers())
    except UnsupportedError:
        pipe.send("n/a")
    except BaseException as error:
        pipe.send(repr(error))
        raise


def run(name: str, way: str) -> str:
    """Run one scenario in a process of its own and give its answers."""
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=observe, args=(name, way, sender))
    process.start()
    sender.close()
    try:
        answers: str = receiver.recv()
    except EOFError:
        answers = "no answer"
    process.join()
    return answers


LISTED = listed()  # as it is before anything of ours is in the process


def main() -> int:
    """Run all scenarios and print the table; give the number of wrong ones, 1 at most."""
    wrong = 0
    print(f"sentry-sdk {VERSION}, Python {sys.version.split()[0]}")
    for name, (_, expected) in SCENARIOS.items():
        everywhere = WITHOUT_STOCK.get(name, expected.replace("S", "F"))
        answers = {way: run(name, way) for way in (OURS, STOCK, ACTIVATED)}
        verdict = ""
        for way, right in ((OURS, expected), (ACTIVATED, everywhere)):
            if answers[way] not in (right, "n/a"):
                verdict += f"  WRONG, expected {way} {right}"
                wrong += 1
        columns = "".join(f"{way} {answer:<10}" for way, answer in answers.items())
        print(f"{name:<32} {columns}{verdict}")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
