"""Finders that raise, and metadata that vanishes: the manifest is sent, or what the SDK sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Tally
from tests.runtime.application import manifest_text
from tests.runtime.programs import FROZEN, run, run_both

FINDERS = {
    "raises for every module": "def find_spec(self, *_): raise RuntimeError('hostile')",
    "raises ImportError": "def find_spec(self, *_): raise ImportError('hostile')",
    "ends the program": "def find_spec(self, *_): raise SystemExit('hostile')",
    "knows no modules": "pass",
    "gives what is no spec": "def find_spec(self, *_): return object()",
    "raises for metadata": "find_spec = staticmethod(lambda *_: None)\n"
    "    def find_distributions(self, *_): raise RuntimeError('hostile')",
    "gives no distributions": "find_spec = staticmethod(lambda *_: None)\n"
    "    def find_distributions(self, *_): return None",
    "raises after some": "find_spec = staticmethod(lambda *_: None)\n"
    "    def find_distributions(self, *_): yield object(); raise RuntimeError('hostile')",
    "raises when it is looked at": "def __getattr__(self, name): raise RuntimeError('hostile')",
    "raises when it is compared": "find_spec = staticmethod(lambda *_: None)\n"
    "    def __eq__(self, _): raise RuntimeError('hostile')\n    __hash__ = None",
}
"""The body of each finder's class."""

LATE = """
class Finder:
    {finder}
{before}
sys.meta_path.insert({place}, Finder())
{after}
capture("first")
sys.meta_path.insert({place}, Finder())
capture("second")
sys.meta_path[:] = [f for f in sys.meta_path if type(f) is not Finder]
capture("third")
"""


@pytest.mark.parametrize("place", ["0", "len(sys.meta_path)"])
@pytest.mark.parametrize("finder", FINDERS)
def test_finders_that_raise(finder: str, place: str, tmp_path: Path, tally: Tally) -> None:
    """One that is put in place once the client runs disturbs no event."""
    body = LATE.format(finder=FINDERS[finder], place=place, before="init()", after="")
    outcome = run(body, tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * 3
    tally("events beside hostile finders", {"right": 3})


@pytest.mark.parametrize("finder", FINDERS)
def test_finders_that_raise_from_the_start(finder: str, tmp_path: Path, tally: Tally) -> None:
    """Where the SDK itself still starts and sends, so it does with the integration."""
    body = LATE.format(
        finder=FINDERS[finder], place="len(sys.meta_path)", before="", after="init()"
    )
    ours, stock = run_both(body, tmp_path)
    assert ours.status <= stock.status
    assert len(ours.events) >= len(stock.events)
    assert ours.events == [FROZEN] * len(ours.events)
    tally("events beside hostile finders", {"right": len(ours.events)})


HOST = """
import pathlib, shutil
def write(name, version):
    info = pathlib.Path(sys.path[0], f"{{name}}-{{version}}.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {{name}}\\nVersion: {{version}}\\n")
def vanish():
    for info in pathlib.Path(sys.path[0]).glob("*.dist-info"):
        {vanish}
sys.path[3:] = [p for p in sys.path[3:] if "site-packages" not in p] + {rest!r}
for name in {names!r}:
    write(name, "9.9")
{body}
"""

VANISHING = {
    "the folders": "shutil.rmtree(info)",
    "their files": "(info / 'METADATA').unlink()",
    "what is in the files": "(info / 'METADATA').write_bytes(b'\\xff')",
}

ORDERS = {
    "before init": "vanish()\ninit()\ncapture('one')",
    "after init": "init()\nvanish()\ncapture('one')",
    "after an event": "init()\ncapture('one')\nvanish()\ncapture('two')",
    "while the list is made": "import threading\ninit()\nt = threading.Thread(target=vanish)\n"
    "t.start()\ncapture('one')\nt.join()\ncapture('two')",
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("what", VANISHING)
def test_metadata_of_a_host_that_vanishes(
    what: str, order: str, tmp_path: Path, tally: Tally
) -> None:
    """A stripped application among the metadata of others sends its manifest throughout."""
    names = ["flask", "other", "third"]
    body = HOST.format(names=names, vanish=VANISHING[what], body=ORDERS[order], rest=[])
    outcome = run(body, tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * ORDERS[order].count("capture")
    tally("events while metadata vanishes", {"right": len(outcome.events)})


@pytest.mark.parametrize("order", [o for o in ORDERS if o != "while the list is made"])
@pytest.mark.parametrize("what", VANISHING)
def test_own_metadata_that_vanishes(what: str, order: str, tmp_path: Path, tally: Tally) -> None:
    """An ordinary install sends what the SDK alone would, or the manifest once it is stripped."""
    body = HOST.format(
        names=["acme_app", "flask", "other"], vanish=VANISHING[what], body=ORDERS[order], rest=[]
    )
    ours, stock = run_both(body, tmp_path)
    assert ours.status <= stock.status, ours.said
    assert len(ours.events) >= len(stock.events)
    # Where the SDK fails to make its list, it sends none, or with another version an empty one.
    alone = [modules or None for modules in stock.events]
    for number, modules in enumerate(ours.events):
        assert (modules or None) in (FROZEN, *alone[number : number + 1])
    tally("events while metadata vanishes", {"right": len(ours.events)})


@pytest.mark.parametrize("is_warm", [False, True])
def test_a_manifest_that_vanishes(is_warm: bool, tmp_path: Path, tally: Tally) -> None:
    """Deleted before the first event it is none; deleted later it was read already."""
    delete = "os.remove(os.path.join(sys.path[0], 'acme', '_sentry_modules.py'))"
    first = "capture('first')" if is_warm else ""
    ours, stock = run_both(f"init()\n{first}\n{delete}\ncapture('last')", tmp_path / "x")
    del stock  # it knows no manifest
    without = run(f"{delete}\ninit()\ncapture('last')", tmp_path / "y").events
    assert ours.status == 0
    assert ours.said.count("no manifest was found in acme._sentry_modules") == (not is_warm)
    assert ours.said.count("\n") == (not is_warm)
    assert ours.events == ([FROZEN] * 2 if is_warm else without)
    tally("events while metadata vanishes", {"right": len(ours.events)})


def test_a_manifest_that_is_written_while_it_is_read(tmp_path: Path, tally: Tally) -> None:
    """Half of it is as good as none; nothing is raised, and one warning says so."""
    half = manifest_text(FROZEN)[:-10]
    outcome = run("init()\ncapture('one')", tmp_path, manifest=half)
    assert (outcome.status, outcome.said.count("\n"), len(outcome.events)) == (0, 1, 1)
    assert "acme._sentry_modules raises" in outcome.said
    assert "acme-app" not in outcome.events[0]
    tally("events while metadata vanishes", {"right": 1})
