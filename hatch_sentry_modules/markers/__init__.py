"""Markers: specialized to a selection, evaluated, and compiled to Python conditions.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from functools import lru_cache

from packaging.markers import Marker, UndefinedComparison
from packaging.utils import canonicalize_name

from hatch_sentry_modules.markers import predicate
from hatch_sentry_modules.markers.comparison import (
    UncompilableMarkerError as UncompilableMarkerError,
)
from hatch_sentry_modules.markers.comparison import compile_comparison
from hatch_sentry_modules.markers.logic import Tree, combine, replace, write
from hatch_sentry_modules.markers.parse import VARIABLES, Comparison, parse, to_applies
from hatch_sentry_modules.model import ALWAYS, NEVER, Applies, Condition, MarkerText

# A literal of a marker holds either kind of quotes but not both, so none is written escaped.
_NAME = re.compile(r"""(?<![.\w])(os|platform|sys)\b|"[^"]*"|'[^']*'""")


@lru_cache(maxsize=2**16)
def specialize(
    text: str, *, extras: frozenset[str] = frozenset(), groups: frozenset[str] = frozenset()
) -> Applies:
    """Parse a marker and decide what it says of extras and dependency groups, as uv does.

    What remains comes out as canonical text, or as true or false where nothing does. Raises
    ``packaging.markers.InvalidMarker`` as :func:`hatch_sentry_modules.markers.parse.parse` does.
    """
    names = set(map(canonicalize_name, extras))
    asked: dict[str, Set[str]] = {
        # Where no extra is asked for, installers evaluate with an empty one.
        "extra": names or {""},
        "extras": names,
        "dependency_groups": set(map(canonicalize_name, groups)),
    }

    def decide(comparison: Comparison) -> Tree[Comparison]:
        among = asked.get(comparison.variable)
        return comparison if among is None else _holds_for(comparison, among)

    return to_applies(replace(parse(text), decide))


def _holds_for(comparison: Comparison, names: Set[str]) -> bool:
    variable, operator, literal, is_reversed = comparison
    name = canonicalize_name(literal)
    if operator in {"<", ">"}:
        return False
    if variable != "extra" or operator not in {"in", "not in"}:
        is_member = name in names
    elif is_reversed:
        is_member = any(name in extra for extra in names)
    else:
        is_member = any(extra in name for extra in names)
    return is_member is (operator not in {"!=", "not in"})


def evaluate(marker: MarkerText, environment: Mapping[str, str]) -> bool:
    """Return whether a marker holds in an environment (all eleven variables), as packaging judges.

    What packaging leaves undefined there does not hold. Raises ``KeyError`` without a variable.
    """
    full = {name: environment[name] for name in VARIABLES}

    def holds(comparison: Comparison) -> Tree[Comparison]:
        try:
            return Marker(str(comparison)).evaluate(full)
        except UndefinedComparison:
            return False

    return replace(parse(marker), holds) is True


@lru_cache(maxsize=2**16)
def to_python(condition: Condition) -> str:
    """Compile a condition to a Python expression that holds where the condition does.

    It is valid in Python 3.8, needs its :func:`imports`, and can be ``True`` or ``False``. Raises
    ``UncompilableMarkerError`` where a marker needs a parser of versions at run time.
    """
    predicates: Tree[predicate.Predicate] = replace(_tree(condition), compile_comparison)
    return write(predicate.write(predicate.merge(predicates)))


def to_condition(marker: Applies) -> Condition:
    """Write what a marker comes to as a condition of one part."""
    if isinstance(marker, bool):
        return ALWAYS if marker else NEVER
    return frozenset({frozenset({marker})})


def settle(condition: Condition) -> Condition:
    """Return ``ALWAYS`` or ``NEVER`` in the place of a condition that needs no environment."""
    return {"True": ALWAYS, "False": NEVER}.get(to_python(condition), condition)


def imports(expressions: Iterable[str]) -> str:
    """Return the imports that expressions of :func:`to_python` need, one a line."""
    names = {name for expression in expressions for name in _NAME.findall(expression) if name}
    return "".join(f"import {name}\n" for name in sorted(names))


def to_marker(condition: Condition) -> str:
    """Write a condition that holds somewhere as one PEP 508 marker, empty where it always does."""
    tree = _tree(condition)
    return "" if tree is True else write(tree)


def normalized_words(text: str) -> set[str]:
    """Return all words of a marker that can be names, such as those of extras, normalized."""
    return set(re.findall(r"[a-z0-9-]+", canonicalize_name(text)))


def _tree(condition: Condition) -> Tree[Comparison]:
    clauses = sorted(sorted(clause) for clause in condition)
    return combine("or", [combine("and", map(parse, clause)) for clause in clauses])
