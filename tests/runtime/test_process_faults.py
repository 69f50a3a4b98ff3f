"""Forks, threads, subinterpreters, the end of the interpreter: every event has its modules."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.conftest import Tally
from tests.runtime.application import manifest_text
from tests.runtime.programs import FROZEN, run, run_both

AT_THE_END = {
    "atexit": """
import atexit
init()
atexit.register(capture, "at exit")
""",
    "atexit of threads": """
import threading
init()
register = getattr(threading, "_register_atexit", None) or __import__("atexit").register
register(capture, "at exit")
""",
    "a thread that outlives the program": """
import threading, time
init()
def late():
    time.sleep(0.3)
    capture("late")
threading.Thread(target=late).start()
""",
    "the excepthook": """
init()
1 / 0
""",
}
"""When the first event of a program comes, each as late as the SDK itself still sends one."""


@pytest.mark.parametrize("moment", AT_THE_END)
def test_events_at_the_end_of_the_program(moment: str, tmp_path: Path, tally: Tally) -> None:
    """They arrive as with the stock SDK, with the manifest, and nothing else is said."""
    ours, stock = run_both(AT_THE_END[moment], tmp_path)
    assert len(stock.events) == 1
    assert ours.events == [FROZEN]
    assert (ours.status, ours.said.count("\n")) == (stock.status, stock.said.count("\n"))
    tally("events at the end of a program", {"right": 1})


DYING = """
class Dying:
    def __del__(self, capture=capture, write=os.write):
        try:
            capture("dying")
        except BaseException as error:
            write(2, type(error).__name__.encode())

init(default_integrations=False)  # one of them stops the client before
{warm}
{place} = Dying()
"""


@pytest.mark.parametrize("warm", ["", "capture('before')"])
@pytest.mark.parametrize("place", ["dying", "sys.dying", "os.dying", "json.dying"])
def test_events_while_modules_are_torn_down(place: str, warm: str, tmp_path: Path) -> None:
    """Where the SDK itself hardly works any more, as many arrive and no other error is there."""
    ours, stock = run_both(DYING.format(place=place, warm=warm), tmp_path)
    assert (len(ours.events), ours.status, ours.said) == (
        len(stock.events),
        stock.status,
        stock.said,
    )
    assert [event for event in ours.events if event != FROZEN] == []


THREADS = """
import threading
barrier = threading.Barrier(16)

def work():
    barrier.wait()
    for _ in range(5):
        init()
        capture("one")
        capture("two")

init()
workers = [threading.Thread(target=work) for _ in range(16)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
assert not {is_ours} or sum(type(f).__name__ == "ManifestFinder" for f in sys.meta_path) == 1
"""


def test_threads_that_call_init_and_capture_at_once(tmp_path: Path, tally: Tally) -> None:
    """Sixteen threads start clients and send through them, and through each other's."""
    outcome = run("sys.setswitchinterval(1e-6)" + THREADS.format(is_ours=True), tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * 160
    tally("events of threads that call init", {"right": len(outcome.events)})


BETWEEN = """
from sentry_modules import FrozenModulesIntegration
from sentry_sdk.scope import add_global_event_processor
import sentry_sdk.integrations.modules as at
import sentry_sdk.utils as since_1_28

def between():
    @add_global_event_processor
    def processor(event, hint):
        {meanwhile}
        return event

{first}
init()
capture("one")
capture("two")
"""

MEANWHILE = {
    "another client, which still has the stock integration": (
        "init()",
        "setup_once = FrozenModulesIntegration.setup_once\n"
        "FrozenModulesIntegration.setup_once = staticmethod(lambda: (setup_once(), between()))",
    ),
    "another scan, whose list is the one in the cache": (
        "for owner in (at, since_1_28):\n"
        "            if getattr(owner, '_installed_modules', None):\n"
        "                owner._installed_modules = dict(owner._installed_modules)",
        "sentry_sdk.init(dsn='https://key@sentry.example.org/1', transport=Printing)\nbetween()",
    ),
}
"""What another thread can do between our processor and the stock one, and what comes before."""


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_another_thread_does_between_two_processors(what: str, tmp_path: Path) -> None:
    """The stock list is known for what it is, whoever made it, and never the last word."""
    meanwhile, first = MEANWHILE[what]
    outcome = run(BETWEEN.format(meanwhile=meanwhile, first=first), tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * 2


FORKED = """
import threading, time
init()
loading = threading.Thread(target=capture, args=("first",))
loading.start()
time.sleep(0.3)
if os.fork() == 0:
    workers = [threading.Thread(target=capture, args=("in its threads",)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    capture("in the child")
    os._exit(0)
os.wait()
loading.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_while_another_thread_loads_the_manifest(tmp_path: Path, tally: Tally) -> None:
    """The child, which has no such thread, loads it itself, also in threads with its number."""
    slow = manifest_text(FROZEN) + "import time\ntime.sleep(1)\n"
    outcome = run(FORKED, tmp_path, manifest=slow)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * 10
    tally("events around a fork", {"right": len(outcome.events)})


FORKS = """
init()
for number in range(20):
    if number == 10:
        capture("parent")
    if os.fork() == 0:
        init()
        capture("child")
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_forks_before_and_after_the_first_event(tmp_path: Path, tally: Tally) -> None:
    """Each child starts a client of its own, as the workers of a server do."""
    outcome = run(FORKS, tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * 21
    tally("events around a fork", {"right": len(outcome.events)})


INSIDE = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
start = open(__file__).read().partition("# here it is divided")[0]
run = getattr(interpreters, "exec", None) or interpreters.run_string
kinds = {kinds}
for kind in kinds * 2:
    interpreter = interpreters.create(**kind)
    try:
        failure = run(interpreter, start + "\\ninit()\\ncapture('inside')\\n")
    except interpreters.RunFailedError as error:
        failure = error
    if failure is not None:
        print(failure, file=sys.stderr)
    interpreters.destroy(interpreter)
init()
capture("outside")
"""


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="there are none")
def test_subinterpreters(tmp_path: Path, tally: Tally) -> None:
    """Wherever the stock SDK sends from one, the manifest is sent, and outside of it as before."""
    kinds = "[{}]"
    if sys.version_info >= (3, 13):
        kinds = "[{'config': 'legacy'}, {'config': 'isolated'}]"
    elif sys.version_info >= (3, 9):
        kinds = "[{'isolated': False}]"
    ours, stock = run_both("# here it is divided" + INSIDE.format(kinds=kinds), tmp_path)
    assert len(stock.events) > 1, stock.said
    assert ours.events == [FROZEN] * len(stock.events)
    assert (ours.status, ours.said) == (stock.status, stock.said)
    tally("events of subinterpreters", {"right": len(ours.events) - 1})
