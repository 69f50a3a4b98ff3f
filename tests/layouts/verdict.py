"""What is wrong in a cell, in one line, and how many of its distributions are right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from packaging.utils import canonicalize_name

from tests.layouts.layout import Layout


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How an event compares with the code that its process imported.

    ``faults`` is empty for a right one.
    """

    right: int
    total: int
    faults: tuple[str, ...]

    def brief(self) -> str:
        """Return the cell of the table."""
        return f"{self.right} of {self.total}" + (" and faults" if self.faults else "")

    def __str__(self) -> str:
        """Return all there is to say in one line."""
        return f"{self.right} of {self.total}" + "".join(f", {fault}" for fault in self.faults)


def judge(layout: Layout, found: Any, stock: Any, way: str) -> Verdict:
    """Compare the event of a cell with what its process imported, or with the SDK's own.

    Where the SDK's own event is the right one, an activated manifest lists no more than what is
    the application's, and the SDK has that right as well.
    """
    listed, truth = _normalized(found["modules"]), _imported(layout, found)
    if layout.is_stock and way != "stock" and (way != "activate" or layout.warnings):
        truth = _normalized(stock["modules"])
    truth = {name: version for name, version in truth.items() if name not in layout.excluded}
    names = truth if layout.is_stock else layout.imports()
    missing, foreign = set(truth) - set(listed), set(listed) - (set(names) - layout.excluded)
    if way == "activate" and layout.is_stock:
        foreign -= set(_normalized(stock["modules"])) - layout.excluded
    right = [name for name, version in truth.items() if listed.get(name) == version]
    wrong = sorted(name for name in truth.keys() & listed.keys() if name not in right)
    faults = [
        *(f"wrong {name} {listed[name]} (imported {truth[name]})" for name in wrong),
        *_some("missing", missing),
        *_some("foreign", foreign),
        *_twice(found["modules"]),
        *_contradictions(found, layout.excluded),
        *_warnings(found["warnings"], 0 if way == "stock" else layout.warnings),
    ]
    return Verdict(right=len(right), total=len(truth), faults=tuple(faults))


def _normalized(versions: dict[str, str]) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in versions.items()}


def _imported(layout: Layout, found: Any) -> dict[str, str]:
    """Return the versions of what was imported; code may call itself by another one.

    What the code says agrees with the metadata beside it, where there is any.
    """
    aliases = {(str(canonicalize_name(d.name)), d.calls_itself): d.version for d in layout.listed}
    versions = {n: aliases.get((n, code), code) for n, code in found["imported"].items()}
    beside = found.get("beside", {})
    assert all(versions[name] in beside[name] for name in beside), (versions, beside)
    return versions


def _some(what: str, names: set[str]) -> list[str]:
    if not names:
        return []
    return [f"{len(names)} {what} ({', '.join(sorted(names)[:4])}{' ...' * (len(names) > 4)})"]


def _twice(modules: dict[str, str]) -> list[str]:
    names = sorted(map(canonicalize_name, modules))
    twice = {name for name, after in pairwise(names) if name == after}
    return _some("twice", set(twice))


def _contradictions(found: Any, excluded: frozenset[str]) -> list[str]:
    """Return where ``importlib.metadata`` gives another answer than the event."""
    answers = _normalized(found["answers"])
    return [
        f"metadata says {name} {answers.get(name)} (event {version})"
        for name, version in sorted(_normalized(found["modules"]).items())
        if name not in excluded and answers.get(name) != version
    ]


def _warnings(warnings: list[str], expected: int) -> list[str]:
    if len(warnings) == expected:
        return []
    return [f"{len(warnings)} warnings, not {expected}" + "".join(f": {w}" for w in warnings)]
