"""Layouts that differ in how the code that starts Sentry is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.layouts.application import (
    AS_FUNCTION,
    REPORT,
    START,
    application,
    locked,
    manifest,
    needed,
)
from tests.layouts.distributions import Distribution, install
from tests.layouts.layout import Layout
from tests.layouts.who_starts_it import slim


def run_path(place: Path) -> Layout:
    """Run a script that lies elsewhere by ``runpy.run_path``."""
    layout = slim(place / "all", {}, "")
    (place / "job.py").write_text(START, encoding="utf-8")
    start = f"import runpy\nrunpy.run_path({str(place / 'job.py')!r})\n"
    return replace(layout, arguments=("-c", start + REPORT))


def executed_text(place: Path) -> Layout:
    """Execute text in empty globals, as template engines and notebooks' magics do."""
    return slim(place, {}, f"exec({START!r}, {{}})")


def function_by_value(place: Path) -> Layout:
    """Call a function that was sent by value, as cloudpickle does: it has no module here."""
    code = (
        f"import marshal, types\ncode = compile({START!r}, '<sent>', 'exec')\n"
        "code = marshal.loads(marshal.dumps(code))\n"
        "sent = {'__name__': 'elsewhere', '__package__': 'elsewhere', '__file__': '/x/e.py'}\n"
        "types.FunctionType(code, sent)()\n"
    )
    return slim(place, {}, code)


def thread(place: Path) -> Layout:
    """Start Sentry in a thread."""
    start = "import threading, late\nt = threading.Thread(target=late.work)\nt.start()\nt.join()"
    work = f"{AS_FUNCTION}\ndef work():\n    start()\n    _probe.report()\n"
    return slim(place, {"late.py": f"import _probe\n{work}"}, start)


def library_that_asks_for_itself(place: Path) -> Layout:
    """Install the finder before a library is imported that asks for its own version."""
    text = "from importlib.metadata import version\nversion('asks-itself')\n__version__ = '5.0'\n"
    asking = Distribution(
        name="asks-itself",
        version="5.0",
        files={"asks_itself/__init__.py": text},
        imports=("asks_itself",),
    )
    first = "import sentry_modules\nsentry_modules.install()\nimport asks_itself\n"
    files = {
        "acme/run.py": f"{first}{START}",
        "acme/_sentry_modules.py": manifest((*locked(), ("asks-itself", "5.0"))),
    }
    layout = slim(place, files, "import acme.run", (asking,))
    return replace(layout, listed=(application(), *needed(), asking))


def signal_handler(place: Path) -> Layout:
    """Start Sentry in a signal handler."""
    start = (
        "import signal, late\n"
        "signal.signal(signal.SIGUSR1, lambda *_: late.start())\n"
        "signal.raise_signal(signal.SIGUSR1)"
    )
    return slim(place, {"late.py": AS_FUNCTION}, start)


def spawned_process(place: Path) -> Layout:
    """Start Sentry in a process that ``multiprocessing`` spawns."""
    text = f"import _probe\n{AS_FUNCTION}\ndef work():\n    start()\n    _probe.report()\n"
    main = (
        "import multiprocessing, sys\nimport jobs\n"
        "if __name__ == '__main__':\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    process = context.Process(target=jobs.work)\n"
        "    process.start()\n    process.join()\n    sys.exit(process.exitcode)\n"
    )
    install(place, (application({"jobs.py": text, "main.py": main}), *needed()), "")
    return Layout(arguments=(str(place / "main.py"),))


def site_customization(place: Path) -> Layout:
    """Start Sentry in ``sitecustomize``, before there is a program."""
    return slim(place, {"sitecustomize.py": START}, "")


def working_folder(place: Path) -> Layout:
    """Start Sentry in an interactive session whose working folder holds the application."""
    install(place, (application(), *needed()), "")
    return Layout(arguments=("-c", f"{START}\n{REPORT}"), folder=place)


def daemon(place: Path) -> Layout:
    """Start from the working folder, and leave that as a daemon does before the first event."""
    install(place, (application(), *needed()), "")
    modules = ", ".join(module for one in (application(), *needed()) for module in one.imports)
    start = f"import {modules}\nimport acme.run, os\nos.chdir('/')\n{REPORT}"
    return Layout(arguments=("-c", start), folder=place)


CALLS: tuple[Callable[[Path], Layout], ...] = (
    run_path,
    executed_text,
    function_by_value,
    thread,
    library_that_asks_for_itself,
    signal_handler,
    spawned_process,
    site_customization,
    working_folder,
    daemon,
)
