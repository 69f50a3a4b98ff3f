"""Compiles one comparison of a marker to Python that judges as packaging does, or refuses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NoReturn

from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import Version

from hatch_sentry_modules.markers.logic import Tree
from hatch_sentry_modules.markers.parse import VERSION_VARIABLES, Comparison
from hatch_sentry_modules.markers.predicate import (
    Point,
    Predicate,
    Texts,
    make_span,
    trim,
    write_literal,
)

_TEXTS: Final[Mapping[str, str]] = {
    "implementation_name": "sys.implementation.name",
    "os_name": "os.name",
    "platform_machine": "platform.machine()",
    "platform_python_implementation": "platform.python_implementation()",
    "platform_release": "platform.release()",
    "platform_system": "platform.system()",
    "platform_version": "platform.version()",
    "python_full_version": "platform.python_version()",
    "python_version": '"%d.%d" % sys.version_info[:2]',
    "sys_platform": "sys.platform",
}
"""Python for the text of each variable, as ``packaging.markers.default_environment`` finds it."""

_LEVELS: Final = {"a": "alpha", "b": "beta", "rc": "candidate"}

_LOCAL: Final = "+local"
"""A build of no tag may call itself ``3.15.0a1+``, to which packaging adds ``local``."""


class UncompilableMarkerError(ValueError):
    """No short Python says what a marker says; the message is the reason, without a full stop."""


@lru_cache(maxsize=2**16)
def compile_comparison(comparison: Comparison) -> Tree[Predicate]:
    """Return the Python for a comparison; ``UncompilableMarkerError`` where none is short."""
    variable, operator, literal, is_reversed = comparison
    if variable == "implementation_version":
        _refuse("compares implementation_version")
    if variable not in VERSION_VARIABLES or operator in {"in", "not in"}:
        return _compare_texts(comparison)
    if is_reversed:
        _refuse(f"has the version on the left of {variable}")
    try:
        specifier = Specifier(operator + literal)
    except InvalidSpecifier:
        return _compare_texts(comparison)
    # The specifier has the last word on the operator: "==" before "=1" makes "===1".
    if specifier.operator == "===":
        _refuse("compares a version by ===")
    if variable == "platform_release":
        _refuse("compares platform_release as a version")
    return _compare_versions(variable, specifier)


def _refuse(what: str) -> NoReturn:
    raise UncompilableMarkerError(f"its marker {what}, which is not supported")


def _compare_texts(comparison: Comparison) -> Tree[Predicate]:
    """Compare as packaging does where no version is involved: ``<=`` means equality."""
    variable, operator, literal, is_reversed = comparison
    if operator in {"<", ">"}:
        return False
    if variable == "python_full_version" and not set(_LOCAL).isdisjoint(literal):
        _refuse("may tell a local build of Python")
    text = _TEXTS[variable]
    if operator not in {"in", "not in"}:
        return Texts(text, frozenset({literal}), is_negated=operator == "!=")
    operands = [text, write_literal(literal)]
    return f" {operator} ".join(reversed(operands) if is_reversed else operands)


def _compare_versions(variable: str, specifier: Specifier) -> Tree[Predicate]:
    """Test that a specifier contains Python's version, by one of each stretch that it judges."""
    version = Version(specifier.version.removesuffix(".*"))
    if version.local is not None:
        _refuse("tells a local build of Python")
    edges: list[Point] = []
    for point, first in _stretches(version, is_full=variable == "python_full_version"):
        if specifier.contains(first, prereleases=True) is (len(edges) % 2 == 0):
            edges.append(point)
    return make_span(edges)


def _stretches(version: Version, *, is_full: bool) -> Iterable[tuple[Point, Version]]:
    """Yield where a verdict on a version can change, each with the first Python from there on."""
    major, minor, micro = (*version.release, 0, 0)[:3]
    points: set[Point] = {(), (major,), (major + 1,), (major, minor), (major, minor + 1)}
    if is_full:
        release = (major, minor, micro)
        points |= {release, (*release, "final"), (major, minor, micro + 1)}
        if version.pre:
            level, serial = version.pre
            points |= {(*release, _LEVELS[level], serial + is_behind) for is_behind in (0, 1)}
    for point in sorted(set(map(trim, points))):
        yield point, _first_python(point, is_full=is_full)


def _first_python(point: Point, *, is_full: bool) -> Version:
    major, minor, micro = (*point, 0, 0, 0)[:3]
    if not is_full:
        return Version(f"{major}.{minor}")
    level, serial = (*(point[3:] or ("alpha",)), 0)[:2]
    suffix = "" if level == "final" else f"{level[0]}{serial}"
    return Version(f"{major}.{minor}.{micro}{suffix}")
