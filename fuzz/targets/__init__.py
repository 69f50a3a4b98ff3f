"""What is fuzzed: each target checks an input, has seeds, and makes neighbours of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from random import Random
from typing import NamedTuple

LOCKS = ("uv", "poetry", "pdm", "pipfile", "pylock", "requirements", "pex_lock")
NAMES = (*LOCKS, "installed", "configuration", "markers", "renderer", "loader", "inspect", "inject")


class Target(NamedTuple):
    """One thing that reads input.

    ``run`` raises nothing but for a finding. ``seeds`` are real inputs. ``mutate`` gives a
    neighbour of an input. Those of more than ``longest`` bytes are not tried.
    """

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    mutate: Callable[[bytes, Random], bytes]
    longest: int = 1 << 16


def load(name: str) -> Target:
    """Import a target; the product's code is imported with it."""
    if name in LOCKS:
        target: Target = import_module("fuzz.targets.locks").target(name)
    else:
        target = import_module(f"fuzz.targets.{name}").TARGET
    return target
