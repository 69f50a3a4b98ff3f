"""Every marker in packaging's own tests is judged as packaging does, refused, or skipped."""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import product
from pathlib import Path

import packaging
import pytest
from packaging.markers import (
    InvalidMarker,
    Marker,
    UndefinedComparison,
    UndefinedEnvironmentName,
)

from hatch_sentry_modules import markers
from tests.conftest import Tally
from tests.environments import LINUX, execute
from tests.peers import sdists
from tests.peers.outcomes import INSIDE, run_pytest

pytestmark = pytest.mark.slow

PYTHONS = ["2.7.18", "3.8.0", "3.9.18", "3.11.0rc1", "3.11.4", "3.12.0a1", "3.13.0", "3.14.0+"]
PLATFORMS = [
    ("linux", "posix", "Linux", "x86_64"),
    ("darwin", "posix", "Darwin", "arm64"),
    ("win32", "nt", "Windows", "AMD64"),
]
IMPLEMENTATIONS = [("cpython", "CPython"), ("pypy", "PyPy")]

ENVIRONMENTS = [
    {
        **LINUX,
        "implementation_name": name,
        "implementation_version": python.rstrip("+").replace("rc", "c"),
        "os_name": os_name,
        "platform_machine": machine,
        "platform_python_implementation": spelled,
        "platform_system": system,
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": platform,
    }
    for python, (platform, os_name, system, machine), (name, spelled) in product(
        PYTHONS, PLATFORMS, IMPLEMENTATIONS
    )
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Run packaging's tests of markers and requirements, and return the markers in them."""
    folder = sdists.unpacked(f"packaging=={packaging.__version__}")
    recorded = tmp_path_factory.mktemp("packaging") / "markers.json"
    outcomes = run_pytest(
        Path(sys.executable),
        folder,
        *("-p", "recorded_markers", "--noconftest", "-p", "no:xdist"),
        *("tests/test_markers.py", "tests/test_requirements.py"),
        environment={"PYTHONPATH": str(INSIDE), "RECORDED_MARKERS": str(recorded)},
    )
    assert list(outcomes.values()).count("passed") > 1000
    found: list[str] = json.loads(recorded.read_text(encoding="utf-8"))
    return found


def _judge(marker: Marker, environment: dict[str, str]) -> bool | None:
    """Ask packaging, where lock files alone know a variable as in one."""
    try:
        return marker.evaluate(dict(environment))
    except UndefinedEnvironmentName:
        return marker.evaluate(dict(environment), context="lock_file")
    except UndefinedComparison:
        return None


def _compare(text: str, counts: Counter[str]) -> None:
    try:
        marker = Marker(text)
    except InvalidMarker:
        with pytest.raises(InvalidMarker):
            markers.specialize(text)
        counts["invalid"] += 1
        return
    try:
        found = markers.specialize(text)
        condition = frozenset({frozenset() if isinstance(found, bool) else frozenset({found})})
        python = markers.to_python(condition)
    except InvalidMarker:
        counts["refused"] += 1
        return
    except markers.UncompilableMarkerError:
        counts["skipped"] += 1
        return
    for environment in ENVIRONMENTS:
        truth = _judge(marker, environment)
        if isinstance(found, bool):
            assert found is truth, text
            continue
        assert markers.evaluate(found, environment) is (truth or False), text
        expression = f"{markers.imports([python])}\nVERDICT = {python}\n"
        assert bool(execute(expression, environment)["VERDICT"]) is (truth or False), text
    counts["equal"] += 1


def test_every_marker_of_packaging(texts: list[str], tally: Tally) -> None:
    """No verdict differs in any environment, and most markers are compiled."""
    counts: Counter[str] = Counter()
    for text in texts:
        _compare(text, counts)
    tally("marker strings of packaging", counts)
    assert counts["equal"] > counts.total() / 3
