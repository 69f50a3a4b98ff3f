"""Turns a marker into its opposite: one that holds exactly where the first does not."""

from __future__ import annotations

from packaging.markers import InvalidMarker
from packaging.version import InvalidVersion, Version

from hatch_sentry_modules.markers.logic import Junction, Tree, combine
from hatch_sentry_modules.markers.parse import VERSION_VARIABLES, Comparison

_OPPOSITES = {"==": "!=", "!=": "==", "in": "not in", "not in": "in"}
_ORDERED = {"python_version", "python_full_version"}


def opposite(tree: Tree[Comparison]) -> Tree[Comparison]:
    """Return the tree that is false where a tree is true, and true where it is false.

    Raises ``InvalidMarker`` where a comparison, such as ``~=`` or of releases, has no opposite.
    """
    if isinstance(tree, bool):
        return not tree
    if isinstance(tree, Junction):
        return combine("and" if tree.word == "or" else "or", map(opposite, tree.parts))
    # Packaging orders only versions, so that == and != can both be false of another text.
    is_doubtful = tree.is_reversed and tree.variable in VERSION_VARIABLES
    is_doubtful = is_doubtful or tree.variable == "platform_release"
    if tree.operator in _OPPOSITES and not is_doubtful:
        return tree._replace(operator=_OPPOSITES[tree.operator])
    if tree.variable in _ORDERED and not tree.is_reversed:
        return _turned(tree)
    raise _error(tree)


def _turned(tree: Comparison) -> Tree[Comparison]:
    """Turn an order around; ``3.13rc1`` meets neither ``< "3.13"`` nor ``>= "3.13"`` (PEP 440)."""
    try:
        version = Version(tree.literal)
    except InvalidVersion:
        raise _error(tree) from None
    match tree.operator:
        case "<":
            first = tree.literal if version.is_prerelease else f"{version.public}.dev0"
            return tree._replace(operator=">=", literal=first)
        case ">":
            return tree._replace(operator="<=")
        case "<=" | ">=":
            turned = tree._replace(operator="<=" if tree.operator == ">=" else ">=")
            return combine("and", [turned, tree._replace(operator="!=")])
    raise _error(tree)


def _error(tree: Comparison) -> InvalidMarker:
    return InvalidMarker(f"{tree} has no opposite")
