"""What happens once does not last: passing faults; and what lasts: the manifest in a copy."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.runtime.application import installed_once, manifest_text
from tests.runtime.programs import FROZEN, run

EMFILE = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
init()
held = []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    capture("no file descriptor")
for one in held:
    os.close(one)
capture("all is well")
"""

RECURSION = """
init()
def deep(levels):
    if levels:
        return deep(levels - 1)
    from sentry_modules.reference import ManifestReference
    return ManifestReference("acme", (), "auto").decision()
known = set()
for limit in range(1, 150):
    sys.setrecursionlimit(len(__import__("inspect").stack()) + 22 + limit)
    try:
        found = deep(20)
        assert found.is_final == (found.changed is not None), found.why
        known.add(found.is_final)
    except RecursionError:
        pass
sys.setrecursionlimit(1000)
assert known == {True, False}, known
capture("all is well")
"""

HANDLER = """
import signal
class Late(Exception): pass
def late(*_):
    raise Late
signal.signal(signal.SIGALRM, late)
init()
signal.setitimer(signal.ITIMER_REAL, 0.2)
capture("a handler raises meanwhile")
capture("all is well")
"""

TIMEOUT = """
import signal
from importlib import metadata
class Timeout(BaseException): pass
def late(*_):
    raise Timeout
signal.signal(signal.SIGALRM, late)
init()
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    metadata.version("flask")
except Timeout:
    capture("all is well")
"""

SLOW = "import time\ntime.sleep(0.5)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.skipif(sys.implementation.name == "pypy", reason="an event takes one there")
def test_no_file_descriptor_is_left(tmp_path: Path) -> None:
    """The first event goes without a list, and no scan fills the SDK's cache with half of one."""
    outcome = run(EMFILE, tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [None, FROZEN]


def test_near_the_recursion_limit(tmp_path: Path) -> None:
    """However much of the stack is left: all is read, or nothing is remembered."""
    outcome = run(RECURSION, tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no alarm")
@pytest.mark.parametrize("program", [HANDLER, TIMEOUT], ids=["exception", "base exception"])
def test_a_signal_handler_that_raises(tmp_path: Path, program: str) -> None:
    """It is not the manifest that raises; what is no Exception reaches the application."""
    outcome = run(program, tmp_path, manifest=SLOW + manifest_text(FROZEN))
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [None, FROZEN] if program is HANDLER else [FROZEN]


COPIES = {
    "pickle": "pickle.loads(pickle.dumps(ours))",
    "deepcopy": "copy.deepcopy(ours)",
    "copy": "copy.copy(ours)",
    "after an event": "(ours.modules(), pickle.loads(pickle.dumps(ours)))[1]",
}
MEANT = ["'acme'", "", "__import__('acme._sentry_modules', fromlist=['MANIFEST'])"]

COPIED = """
import copy, pickle
from sentry_modules import FrozenModulesIntegration
import acme
ours = FrozenModulesIntegration({meant})
other = {copied}
sentry_sdk.init(dsn="https://key@sentry.example.org/1", transport=Printing, integrations=[other],
                auto_enabling_integrations=False)
capture("with a copy")
"""


@pytest.mark.parametrize("meant", MEANT)
@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_means_the_same(tmp_path: Path, copied: str, meant: str) -> None:
    """Clients can be pickled, and copied with their integrations."""
    outcome = run(COPIED.format(copied=COPIES[copied], meant=meant), tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN]


CLOSURE = """
import subprocess
sys.path.append({site!r})
import cloudpickle
from sentry_modules import FrozenModulesIntegration
ours = FrozenModulesIntegration("acme")
def task():
    import sentry_sdk
    sentry_sdk.init(dsn="https://key@sentry.example.org/1", transport=Printing,
                    integrations=[ours], auto_enabling_integrations=False)
    sentry_sdk.capture_message("in the worker")
worker = f"import sys; sys.path[:] = {{sys.path!r}}; import pickle; pickle.load(sys.stdin.buffer)()"
subprocess.run([sys.executable, "-c", worker], input=cloudpickle.dumps(task), check=True)
"""


def test_a_function_that_closes_over_one(tmp_path: Path) -> None:
    """A task is sent to a worker with the integration in it, and the worker has the manifest."""
    site = installed_once("cloudpickle")
    outcome = run(CLOSURE.format(site=str(site)), tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN]


AGAIN = {
    "reload": "import sentry_modules.finder as f, sentry_modules.integration as i\n"
    "for module in (f, i, sentry_modules):\n    importlib.reload(module)\n",
    "import": "for name in [n for n in sys.modules if n.partition('.')[0] == 'sentry_modules']:\n"
    "    del sys.modules[name]\n",
}

SECOND = """
import importlib, importlib.metadata, sentry_modules
init()
capture("first")
for _ in range(3):
{again}
    capture("with the first one's client")
    import sentry_modules
    sentry_modules.install("acme")
    init()
    capture("with the second one's client")
    assert importlib.metadata.version("flask") == "3.1.3"
    assert sum(type(f).__name__ == "ManifestFinder" for f in sys.meta_path) == 1
    assert [d.metadata["Name"] for d in importlib.metadata.distributions()].count("flask") == 1
sentry_modules.uninstall()
assert not any(type(f).__name__ == "ManifestFinder" for f in sys.meta_path)
"""


@pytest.mark.parametrize("again", AGAIN)
def test_a_second_import(tmp_path: Path, again: str) -> None:
    """The second takes over from the first: one finder, and the manifest on every event."""
    lines = "".join(f"    {line}\n" for line in AGAIN[again].splitlines())
    outcome = run(SECOND.format(again=lines), tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * 7
