"""The list of modules in a program of PyInstaller: what ``marshal`` reads, or a refusal."""

from __future__ import annotations

import marshal
import random
import struct
import tracemalloc
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatch_sentry_modules.artifacts.containers import pyinstaller_modules

NUMBERS = st.integers(0, 300) | st.integers(0, 2**31 - 1)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
LISTS = st.lists(
    st.tuples(NAMES, st.tuples(NUMBERS, NUMBERS, NUMBERS)), max_size=20, unique_by=lambda e: e[0]
)


# A busy machine draws three hundred letters slowly; that says nothing of what is tested.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(LISTS)
def test_what_python_writes_is_read(entries: list[Any]) -> None:
    """Long names, names that are not ASCII and numbers that were written before are no matter."""
    read = list(pyinstaller_modules.read(marshal.dumps(entries)))
    assert read == [(name, start, length) for name, (_, start, length) in entries]


def test_damage_is_always_the_same_error() -> None:
    """Cut off, or with bytes changed by chance, it is read or refused."""
    whole = marshal.dumps([(f"package.m{number}", (1, 40 * number, 7)) for number in range(99)])
    for size in range(len(whole)):
        with pytest.raises(ValueError):  # noqa: PT011  # it has no text
            list(pyinstaller_modules.read(whole[:size]))
    chance = random.Random(7)  # noqa: S311  # the same on each run
    for _ in range(3000):
        changed = bytearray(whole)
        changed[chance.randrange(5, len(whole))] = chance.randrange(256)
        try:
            list(pyinstaller_modules.read(bytes(changed)))
        except ValueError:
            continue


@pytest.mark.parametrize(
    "data",
    [
        marshal.dumps({"a": (1, 2, 3)}),
        marshal.dumps([("a", ("b", 2, 3))]),
        marshal.dumps(["a", "b"]),
        marshal.dumps([("a", (1, 2))]),
        b"[" + struct.pack("<I", 1) + b")\x02z\x01a)\x03" + (b"r" + bytes(4)) * 3,
        b"[" + b"\xff" * 4,
        b"[" * 1_000_000,
        b"",
    ],
    ids=range(8),
)
def test_other_shapes_are_refused(data: bytes) -> None:
    """Sizes that are not there are not believed, and nothing is nested."""
    tracemalloc.start()
    with pytest.raises(ValueError):  # noqa: PT011  # it has no text
        list(pyinstaller_modules.read(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
