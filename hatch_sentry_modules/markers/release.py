"""Compares ``platform_release``: any text, which orders as a version where it is one (PEP 440).

A generated module that needs it defines ``_release``: the :data:`Key` of the release with the
local label at the end, or an empty tuple where the release is no version.
"""

from __future__ import annotations

from packaging.specifiers import Specifier
from packaging.version import Version

from hatch_sentry_modules.markers.literal import write_literal
from hatch_sentry_modules.markers.logic import Tree, combine
from hatch_sentry_modules.markers.predicate import Predicate, Texts
from hatch_sentry_modules.markers.version_line import Key, Stretch, key, matched, matching

DEFINITION = r"""
def _version_key(text):
    match = re.fullmatch(
        r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)"
        r"(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?"
        r"(-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?"
        r"([-_.]?dev[-_.]?\d*)?"
        r"(?:\+([a-z\d]+(?:[-_.][a-z\d]+)*))?",
        text.strip(),
        re.ASCII | re.IGNORECASE,
    )
    if match is None:
        return ()
    epoch, release, pre, serial, post, dev, local = match.groups("")
    numbers = [int(number) for number in release.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    level = "" if dev and not post else "final"
    if pre:
        level = {"a": "alpha", "b": "beta"}.get(pre[0].lower(), "candidate")
    post, dev = [re.sub(r"\D+", "", part) or part and "0" for part in (post, dev)]
    labels = re.split("[-_.]", local.lower())
    return (
        int(epoch or 0),
        tuple(numbers),
        level,
        int(serial or 0),
        int(post or -1),
        0 if dev else 1,
        int(dev or 0),
        ".".join(str(int(label)) if label.isdigit() else label for label in labels),
    )


_release = _version_key(platform.release())
"""
"""Python that defines ``_release``, by the grammar in PEP 440's appendix B.

``platform`` itself imports ``re``, so that nothing more is loaded.
"""

_ANY: tuple[int, ...] = (0,)
"""Sorts before every key and behind the empty tuple."""

_FIRST_TAILS = {("final", 0, -1, 1, 0): 3, ("", 0, -1, 0, 0): 2}
"""Tails of keys that sort before all others with the same start, and the length to keep."""


def compare_release(specifier: Specifier) -> Tree[Predicate]:
    """Test that a specifier (not ``===``) contains the release; none contains no version."""
    operator = specifier.operator
    stretch = matched(specifier)
    if operator not in {"==", "!="}:
        return _is_in(stretch)
    if specifier.version.endswith(".*"):
        below, above = Stretch(None, stretch.lower), Stretch(stretch.upper, None)
        return _is_in(stretch) if operator == "==" else combine("or", map(_is_in, (below, above)))
    version = Version(specifier.version)
    if version.local is None:
        test = f"_release[:-1] {operator} {write_literal(key(version))}"
    else:
        test = f"_release {operator} {write_literal((*key(version), version.local))}"
    return test if operator == "==" else combine("and", ["_release", test])


def compare_release_reversed(
    operator: str, literal: str, version: Version | None
) -> Tree[Predicate]:
    """Test that the release, as a specifier, contains the literal; ``version`` is its value.

    A release with a local label makes a specifier with ``==`` and ``!=`` alone, and one that is
    no version makes none; then packaging compares the texts. ``~=`` and ``===`` do not get here.
    """
    if version is None:
        return _compare_with_no_version(operator, literal)
    if operator in {"==", "!="}:
        keys = dict.fromkeys((*key(version), label) for label in ("", version.local or ""))
        return f"_release {'in' if operator == '==' else 'not in'} {write_literal(tuple(keys))}"
    stretches = map(_is_in, matching(operator, version, length=0))
    tree: Tree[Predicate] = combine("and", [combine("or", stretches), '_release[-1:] == ("",)'])
    if version.local is None or operator not in {"<=", ">="}:
        return tree
    return combine("or", [tree, _has_text(literal)])


def _compare_with_no_version(operator: str, literal: str) -> Tree[Predicate]:
    if operator in {"<", ">"}:
        return False
    if operator == "!=":
        return combine("and", ["not _release", _has_text(literal, is_negated=True)])
    return _has_text(literal)


def _has_text(literal: str, *, is_negated: bool = False) -> Texts:
    return Texts("platform.release()", frozenset({literal}), is_negated)


def _is_in(stretch: Stretch) -> Tree[Predicate]:
    low = write_literal(_ANY if stretch.lower is None else _shortened(stretch.lower))
    if stretch.upper is None:
        return f"_release >= {low}"
    return f"{low} <= _release < {write_literal(_shortened(stretch.upper))}"


def _shortened(bound: Key) -> tuple[int | str | tuple[int, ...], ...]:
    return bound[: _FIRST_TAILS.get(bound[2:], len(bound))]
