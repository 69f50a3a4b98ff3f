"""Compiles one comparison of a marker to Python that judges as packaging does.

The Python is a tree of tests, each a text that binds tighter than ``and``. It holds in every
interpreter whose ``sys.version`` tells the version that its ``sys.version_info`` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import InvalidVersion, Version

from hatch_sentry_modules.markers.literal import write_literal
from hatch_sentry_modules.markers.logic import Tree, combine
from hatch_sentry_modules.markers.parse import VERSION_VARIABLES, Comparison
from hatch_sentry_modules.markers.release import compare_release, compare_release_reversed
from hatch_sentry_modules.markers.version_line import matched, matching
from hatch_sentry_modules.markers.version_tuple import VersionTuple

_TEXTS: Final[Mapping[str, str]] = {
    "implementation_name": "sys.implementation.name",
    "implementation_version": (
        '"%d.%d.%d" % sys.implementation.version[:3]'
        ' + ("%.1s%d" % sys.implementation.version[3:])'
        ' * (sys.implementation.version[3] != "final")'
    ),
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

_TUPLES: Final[Mapping[str, VersionTuple]] = {
    "implementation_version": VersionTuple(subject="sys.implementation.version", length=3),
    "python_full_version": VersionTuple(subject="sys.version_info", length=3),
    "python_version": VersionTuple(subject="sys.version_info", length=2),
}

_REPAIRED_TEXT: Final = (
    'platform.python_version() + "local" * platform.python_version().endswith("+")'
)
"""A build of no tag may call itself ``3.15.0a1+``, which packaging makes a local version."""

_IS_LOCAL: Final = '"+" in platform.python_version()'
_IS_PUBLIC: Final = '"+" not in platform.python_version()'


def compile_comparison(comparison: Comparison) -> Tree[str]:
    """Give the Python for a comparison on an environment variable."""
    variable, operator, literal, is_reversed = comparison
    if variable not in VERSION_VARIABLES or operator in {"in", "not in"}:
        return _compare_texts(comparison)
    if is_reversed:
        return _compare_reversed(variable, operator, literal)
    try:
        specifier = Specifier(operator + literal)
    except InvalidSpecifier:
        return _compare_texts(comparison)
    # The specifier has the last word on the operator: "==" before "=1" makes "===1".
    if specifier.operator == "===":
        return _compare_exactly(variable, specifier.version)
    if variable == "platform_release":
        return compare_release(specifier)
    return _compare_python(variable, specifier)


def _compare_texts(comparison: Comparison) -> Tree[str]:
    """Compare as packaging does where no version is involved: ``<=`` means equality."""
    variable, operator, literal, is_reversed = comparison
    if operator in {"<", ">"}:
        return False
    left, right = _text_of(variable, literal), write_literal(literal)
    if is_reversed and operator in {"in", "not in"}:
        left, right = right, left
    return f"{left} {'==' if operator in {'<=', '>='} else operator} {right}"


def _text_of(variable: str, literal: str) -> str:
    is_repaired = variable == "python_full_version" and not set("+local").isdisjoint(literal)
    return _REPAIRED_TEXT if is_repaired else _TEXTS[variable]


def _compare_exactly(variable: str, literal: str) -> str:
    """Compare as ``===`` does, in lower case, which the versions of Python always are."""
    lowered = ".lower()" if variable == "platform_release" else ""
    return f"{_text_of(variable, literal)}{lowered} == {write_literal(literal.lower())}"


def _compare_python(variable: str, specifier: Specifier) -> Tree[str]:
    """Test that a specifier contains a version of Python or of its implementation."""
    version_tuple, stretch = _TUPLES[variable], matched(specifier)
    is_negated = specifier.operator == "!="
    test = version_tuple.is_not_in(stretch) if is_negated else version_tuple.is_in(stretch)
    if specifier.version.endswith(".*") or Version(specifier.version).local is None:
        return test
    if variable != "python_full_version":
        return is_negated
    has_label = _has_label(Version(specifier.version))
    if is_negated:
        return combine("or", [test, f"not {has_label}"])
    return combine("and", [test, has_label])


def _has_label(version: Version) -> str:
    endings = ("+", "+local") if version.local == "local" else (f"+{version.local}",)
    return f"platform.python_version().endswith({write_literal(endings)})"


def _compare_reversed(variable: str, operator: str, literal: str) -> Tree[str]:
    """Test that the environment's version, as a specifier, contains the literal."""
    if operator == "===":
        return _compare_exactly(variable, literal)
    version = _version(literal)
    if variable == "platform_release":
        return compare_release_reversed(operator, literal, version)
    if version is None:
        return False
    version_tuple = _TUPLES[variable]
    stretches = matching(operator, version, length=version_tuple.length)
    if operator == "!=":
        tree = version_tuple.is_not_in(*stretches)
    else:
        tree = combine("or", map(version_tuple.is_in, stretches))
    return _qualify(tree, operator, literal, version) if variable == "python_full_version" else tree


def _qualify(tree: Tree[str], operator: str, literal: str, version: Version) -> Tree[str]:
    """Add what is true of local builds, which make a specifier with ``==`` and ``!=`` alone."""
    labels = [] if version.local is None else [_has_label(version)]
    if operator == "!=":
        is_other = combine("and", [_IS_LOCAL, *(f"not {label}" for label in labels)])
        return combine("or", [tree, is_other])
    if operator == "==":
        return combine("and", [tree, combine("or", [_IS_PUBLIC, *labels])])
    tree = combine("and", [tree, _IS_PUBLIC])
    if not labels or operator not in {"<=", ">="}:
        return tree
    return combine("or", [tree, f"{_REPAIRED_TEXT} == {write_literal(literal)}"])


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
