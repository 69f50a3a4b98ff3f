"""Many threads at once, also on a Python without the global interpreter lock."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Tally
from tests.runtime.application import write_files
from tests.runtime.programs import FROZEN, run

ROUNDS, PARTS = 6, 20

TOGETHER = """
import importlib, sysconfig, threading
from importlib import metadata
from sentry_modules import FrozenModulesIntegration, uninstall

def find_versions(number):
    for _ in range(2):
        assert metadata.version("flask") == "3.1.3"
        assert "acme-core" in [one.metadata["Name"] for one in metadata.distributions()]

def import_parts(number):
    for part in range({parts}):
        importlib.import_module(f"acme.part{{number}}_{{part}}")
        sys.path.append(f"nowhere{{part}}")
        sys.path.remove(f"nowhere{{part}}")

def meet(barrier, act, number):
    barrier.wait()
    act(number)

for number in range({rounds}):
    uninstall()
    sentry_sdk.init(
        dsn="https://key@sentry.example.org/1", transport=Printing,
        auto_enabling_integrations=False, integrations=[FrozenModulesIntegration()],
    )
    acts = [capture] * 12 + [find_versions, import_parts] * 2
    barrier = threading.Barrier(len(acts))
    workers = [threading.Thread(target=meet, args=(barrier, act, str(number))) for act in acts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

if sysconfig.get_config_var("Py_GIL_DISABLED"):
    assert not sys._is_gil_enabled()
"""


def test_a_manifest_is_found_while_threads_import_and_ask(tmp_path: Path, tally: Tally) -> None:
    """Each of twelve first events has it, though nobody named it and the path changes meanwhile."""
    parts = [f"part{number}_{part}.py" for number in range(ROUNDS) for part in range(PARTS)]
    write_files(tmp_path / "app" / "acme", dict.fromkeys(parts, "import json\n"))
    program = TOGETHER.format(rounds=ROUNDS, parts=PARTS)
    outcome = run("sys.setswitchinterval(1e-6)\n" + program, tmp_path)
    assert (outcome.status, outcome.said) == (0, "")
    assert outcome.events == [FROZEN] * (ROUNDS * 12)
    tally("first events of threads beside imports", {"right": len(outcome.events)})
