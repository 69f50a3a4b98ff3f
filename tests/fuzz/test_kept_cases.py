"""What fuzzing once found stays mended; so does the fuzzing itself on what it begins with.

``fixtures/fuzz/<target>`` holds an input for each finding, and ``reasons.toml`` says what it did.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest
import tomli

from fuzz import targets

FOLDER = Path(__file__).parents[2] / "fixtures" / "fuzz"
REASONS = tomli.loads((FOLDER / "reasons.toml").read_text(encoding="utf-8"))
CASES = sorted(path for path in FOLDER.glob("*/*") if path.is_file())

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="how much an input takes is measured by Unix means"
)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_kept_case(path: Path) -> None:
    """What was found once ends in a right result or in a message."""
    from fuzz.limits import limited

    with limited():
        targets.load(path.parent.name).run(path.read_bytes())


def test_every_case_has_its_reason() -> None:
    """No case is kept of which nobody knows what it did."""
    kept = {(path.parent.name, path.name) for path in CASES}
    assert kept == {(target, name) for target, names in REASONS.items() for name in names}


@pytest.mark.parametrize("name", targets.NAMES)
def test_a_target_changes_what_it_begins_with(name: str) -> None:
    """Each target has seeds, and of some of their neighbours none is a finding."""
    target = targets.load(name)
    seeds = list(target.seeds())
    assert max(map(len, seeds)) <= target.longest, "the engine would cut it off"
    random = Random(1)  # noqa: S311  # nothing secret: the same in every run
    changed = 0
    for number in range(20):
        seed = seeds[number % len(seeds)]
        neighbour = target.mutate(seed, random)
        changed += neighbour != seed
        target.run(neighbour)
    assert changed > 12
