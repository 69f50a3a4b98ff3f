"""Compiles one comparison of a marker to Python that judges as packaging does.

The Python is a tree of tests, each a text that binds tighter than ``and``. It holds in every
interpreter whose ``sys.version`` tells the version that its ``sys.version_info`` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import InvalidVersion, Version

from hatch_sentry_modules.markers.literal import write_literal
from hatch_sentry_modules.markers.logic import Tree, combine
from hatch_sentry_modules.markers.parse import VERSION_VARIABLES, Comparison
from hatch_sentry_modules.markers.predicate import Predicate, Texts
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


@lru_cache(maxsize=2**16)
def compile_comparison(comparison: Comparison) -> Tree[Predicate]:
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


def _compare_texts(comparison: Comparison) -> Tree[Predicate]:
    """Compare as packaging does where no version is involved: ``<=`` means equality."""
    variable, operator, literal, is_reversed = comparison
    if operator in {"<", ">"}:
        return False
    text = _text_of(variable, literal)
    if operator not in {"in", "not in"}:
        return Texts(text, frozenset({literal}), is_negated=operator == "!=")
    operands = [text, write_literal(literal)]
    return f" {operator} ".join(reversed(operands) if is_reversed else operands)


def _text_of(variable: str, literal: str) -> str:
    is_repaired = variable == "python_full_version" and not set("+local").isdisjoint(literal)
    return _REPAIRED_TEXT if is_repaired else _TEXTS[variable]


def _compare_exactly(variable: str, literal: str) -> Texts:
    """Compare as ``===`` does, in lower case, which the versions of Python always are."""
    text = _text_of(variable, literal)
    lowered = f"{text}.lower()" if variable == "platform_release" else text
    return Texts(lowered, frozenset({literal.lower()}))


def _compare_python(variable: str, specifier: Specifier) -> Tree[Predicate]:
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


def _compare_reversed(variable: str, operator: str, literal: str) -> Tree[Predicate]:
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


def _qualify(
    tree: Tree[Predicate], operator: str, literal: str, version: Version
) -> Tree[Predicate]:
    """Add what is true of local builds, which make a specifier with ``==`` and ``!=`` alone."""
    labels = [] if version.local is None else [_has_label(version)]
    if operator == "!=":
        others: list[Tree[Predicate]] = [_IS_LOCAL, *(f"not {label}" for label in labels)]
        return combine("or", [tree, combine("and", others)])
    if operator == "==":
        these: list[Tree[Predicate]] = [_IS_PUBLIC, *labels]
        return combine("and", [tree, combine("or", these)])
    tree = combine("and", [tree, _IS_PUBLIC])
    if not labels or operator not in {"<=", ">="}:
        return tree
    return combine("or", [tree, Texts(_REPAIRED_TEXT, frozenset({literal}))])


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
