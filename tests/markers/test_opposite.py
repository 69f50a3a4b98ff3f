"""The opposite of a marker holds exactly where the marker does not."""

from __future__ import annotations

import pytest
from packaging.markers import InvalidMarker

from hatch_sentry_modules.markers import evaluate
from hatch_sentry_modules.markers.opposite import opposite
from hatch_sentry_modules.markers.parse import parse, to_applies
from hatch_sentry_modules.model import MarkerText
from tests.environments import LINUX

PYTHONS = ["3.9.0", "3.12.0a1", "3.12.0rc1", "3.12.0", "3.12.0+", "3.12.1", "3.13.0b2", "3.14.0"]
PLATFORMS = ["linux", "win32", "darwin"]

MARKERS = [
    *(f"python_full_version {op} '3.12{end}'" for op in ("<", "<=", ">", ">=", "==", "!=")
      for end in ("", ".0", ".0rc1", ".0.dev0", ".1")),
    *(f"python_version {op} '3.12'" for op in ("<", "<=", ">", ">=", "==", "!=", "in", "not in")),
    "python_full_version == '3.12.*'",
    "python_full_version != '3.12.*'",
    "sys_platform == 'linux'",
    "'win' not in sys_platform",
    "sys_platform == 'linux' and python_version >= '3.12'",
    "sys_platform == 'win32' or python_full_version < '3.12' and os_name != 'nt'",
    "(sys_platform == 'win32' or python_version < '3.12') and python_full_version != '3.9.0'",
]  # fmt: skip


@pytest.mark.parametrize("marker", MARKERS)
def test_one_of_the_two_holds(marker: str) -> None:
    """In every environment exactly one of a marker and its opposite is true."""
    tree = parse(marker)
    other = to_applies(opposite(tree))
    assert isinstance(other, str)
    for python in PYTHONS:
        for platform in PLATFORMS:
            where = LINUX | {
                "python_full_version": python,
                "python_version": ".".join(python.split(".")[:2]),
                "sys_platform": platform,
            }
            assert evaluate(MarkerText(marker), where) is not evaluate(other, where), python


def test_true_and_false_are_opposites() -> None:
    """Constants have opposites too."""
    assert opposite(True) is False
    assert opposite(False) is True


@pytest.mark.parametrize(
    "marker",
    [
        "python_version ~= '3.12'",
        "python_version === '3.12'",
        "'3.12' <= python_version",
        "platform_release >= '6'",
        "sys_platform < 'm'",
        "python_version < 'next'",
    ],
)
def test_what_has_no_opposite_is_refused(marker: str) -> None:
    """No comparison of the grammar says the contrary; a guess would list wrong versions."""
    with pytest.raises(InvalidMarker, match="has no opposite"):
        opposite(parse(marker))
