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

DEFINITION = """
def _version_key(text):
    separators, rest = ("-", "_", "."), text.strip().lower()

    def skip_separator():
        nonlocal rest
        rest = rest[1:] if rest[:1] in separators else rest

    def take_number():
        nonlocal rest
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        rest = rest[len(digits) :]
        return digits

    def take(*words):
        nonlocal rest
        before = rest
        skip_separator()
        word = next((word for word in words if rest.startswith(word)), "")
        rest = rest[len(word) :] if word else before
        if word:
            skip_separator()
        return word, int(word and take_number() or 0)

    if not text.isascii():
        return ()
    rest, plus, local = rest[rest[:1] == "v" :].partition("+")
    labels = local.replace("-", ".").replace("_", ".").split(".")
    epoch, bang, rest = rest.rpartition("!")
    numbers = [take_number()]
    while rest[:1] == "." and rest[1:2].isdigit():
        rest = rest[1:]
        numbers.append(take_number())
    pre, serial = take("alpha", "beta", "preview", "pre", "rc", "a", "b", "c")
    if rest[:1] == "-" and rest[1:2].isdigit():
        rest = rest[1:]
        post, post_number = "-", int(take_number())
    else:
        post, post_number = take("post", "rev", "r")
    dev, dev_number = take("dev")
    sound = numbers[0] and not rest
    if not sound or bang and not epoch.isdigit() or plus and not all(map(str.isalnum, labels)):
        return ()
    while len(numbers) > 1 and not int(numbers[-1]):
        numbers.pop()
    level = "" if dev and not post else "final"
    if pre:
        level = {"a": "alpha", "b": "beta"}.get(pre[0], "candidate")
    return (
        int(epoch or 0),
        tuple(map(int, numbers)),
        level,
        serial,
        post_number if post else -1,
        0 if dev else 1,
        dev_number,
        ".".join(str(int(label)) if label.isdigit() else label for label in labels),
    )


_release = _version_key(platform.release())
"""
"""Python that defines ``_release``, by the grammar in PEP 440's appendix B.

A generated module imports no ``re``, so the grammar is walked by hand.
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
