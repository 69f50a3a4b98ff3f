"""Compiled conditions agree with packaging, or are refused with a reason.

Packaging is asked about the marker as it was written, the interpreter of the environment about
the Python that came out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product

import packaging
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import InvalidMarker, Marker, UndefinedComparison, default_environment
from packaging.version import Version

from hatch_sentry_modules import markers
from hatch_sentry_modules.markers.parse import VARIABLES, VERSION_VARIABLES
from hatch_sentry_modules.model import Condition, MarkerText
from tests.environments import execute
from tests.markers.operands import (
    OPERATORS,
    PYTHON_LITERALS,
    PYTHONS,
    RELEASE_LITERALS,
    RELEASES,
    TEXTS,
)

IS_OLD = Version(packaging.__version__) < Version("26.3")
"""Whether this packaging misreads some versions behind ``~=``: see the test of that name."""

MISREAD = ("3.11.0c1", "v3.11", "3.11.0-1", "V6.8", "6.8c2", "6.8.0_5", "6.8-1", "6.8.0-RC1")
"""Literals that it may misread there."""


def environment(python: str = "3.11.4", release: str = "6.8.0", **others: str) -> dict[str, str]:
    """Make an environment as an interpreter would tell it."""
    level = python.partition("+")[0].replace("rc", "c")
    return {
        **dict.fromkeys(VARIABLES, "x"),
        "implementation_version": level,
        "platform_release": release,
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        **others,
    }


read = lru_cache(maxsize=None)(Marker)


def judge(text: str, environment: Mapping[str, str]) -> bool:
    """Ask packaging; a comparison that it leaves undefined in an environment does not hold."""
    try:
        return read(text).evaluate(dict(environment))
    except UndefinedComparison:
        return False


def specialize(text: str) -> MarkerText | None:
    """Specialize a marker of environment variables, unless it is refused."""
    try:
        marker = markers.specialize(text)
    except InvalidMarker:
        return None
    assert isinstance(marker, str)
    return marker


def is_misread(comparison: str) -> bool:
    """Return whether the packaging that is here misreads a comparison."""
    is_odd = "~= implementation_version" in comparison or any(map(comparison.__contains__, MISREAD))
    return IS_OLD and "~=" in comparison and is_odd


def compiled(condition: Condition) -> str | None:
    """Compile a condition, unless it is refused."""
    try:
        return markers.to_python(condition)
    except markers.UncompilableMarkerError:
        return None


def run(expressions: Iterable[str], environment: Mapping[str, str]) -> list[bool]:
    """Execute Python conditions in the interpreter of an environment."""
    expressions = list(expressions)
    text = f"{markers.imports(expressions)}\nVERDICTS = [{', '.join(expressions)}]\n"
    verdicts = execute(text, environment)["VERDICTS"]
    assert isinstance(verdicts, list)
    return [bool(verdict) for verdict in verdicts]


def only(marker: MarkerText) -> Condition:
    """Make the condition of one marker."""
    return frozenset({frozenset({marker})})


@pytest.mark.parametrize(
    ("variable", "literals", "compiled_for_each", "environments"),
    [
        *(
            (variable, PYTHON_LITERALS, 7, [environment(python) for python in PYTHONS])
            for variable in ("python_version", "python_full_version")
        ),
        # Orders as versions and everything behind a literal are refused, so texts remain.
        (
            "platform_release",
            RELEASE_LITERALS,
            4,
            [environment(release=release) for release in RELEASES],
        ),
    ],
)
def test_every_comparison_of_versions(
    variable: str,
    literals: list[str],
    compiled_for_each: int,
    environments: list[dict[str, str]],
) -> None:
    """Each operator, both ways round, agrees on each version about each literal, or is refused."""
    texts = {
        text: python
        for literal, operator in product(literals, OPERATORS)
        for text in (f'{variable} {operator} "{literal}"', f'"{literal}" {operator} {variable}')
        if (marker := specialize(text)) is not None
        and not is_misread(text)
        and (python := compiled(only(marker))) is not None
    }
    assert len(texts) > len(literals) * compiled_for_each
    for each in environments:
        truth = {text: judge(text, each) for text in texts}
        assert dict(zip(texts, run(texts.values(), each), strict=True)) == truth


@pytest.mark.parametrize("variable", sorted(set(VARIABLES) - {"implementation_version"}))
@pytest.mark.parametrize("operator", OPERATORS)
def test_every_comparison_in_this_interpreter(variable: str, operator: str) -> None:
    """The real ``sys``, ``os`` and ``platform`` give the verdict that packaging gives here."""
    here = {name: str(value) for name, value in default_environment().items()}
    for literal in ("", here[variable], f"x{here[variable]}", here[variable][:3]):
        for text in (f'{variable} {operator} "{literal}"', f'"{literal}" {operator} {variable}'):
            if (marker := specialize(text)) is None:
                continue
            if (python := compiled(only(marker))) is None:
                continue
            names: dict[str, object] = {}
            exec(f"{markers.imports([python])}VERDICT = {python}", names)  # noqa: S102  # its use
            assert names["VERDICT"] is judge(text, here), text


def test_what_old_packaging_misreads() -> None:
    """Behind ``~=`` the spelling of a version does not count, as PEP 440 has it."""
    for spelling, python in {"v3.11": "3.12.0", "3.11.0c1": "3.11.4"}.items():
        marker = markers.specialize(f'python_full_version ~= "{spelling}"')
        assert isinstance(marker, str)
        assert markers.evaluate(marker, environment(python))
        assert run([markers.to_python(only(marker))], environment(python)) == [True]


PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=8)


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    """Draw a comparison of any variable by any operator with any literal, either way round."""
    variable = draw(st.sampled_from(VARIABLES))
    literals = TEXTS
    if variable in VERSION_VARIABLES:
        literals = RELEASE_LITERALS if variable == "platform_release" else PYTHON_LITERALS
    literal = draw(st.sampled_from(literals) | PRINTABLE)
    quote = "'" if '"' in literal else '"'
    operands = draw(st.permutations([variable, f"{quote}{literal}{quote}"]))
    space = draw(st.sampled_from([" ", "  ", "\t"]))
    return f"{space}{draw(st.sampled_from(OPERATORS))}{space}".join(operands)


def junctions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw two or three markers joined by one word, in parentheses or not."""
    return st.builds(
        lambda shape, parts: shape[0] + shape[1].join(parts) + shape[2],
        st.sampled_from(
            [("", " and ", ""), ("", " or ", ""), ("(", " and ", ")"), ("( ", " or ", ")")]
        ),
        st.lists(inner, min_size=2, max_size=3),
    )


defined = comparisons().filter(
    lambda text: specialize(text) is not None and not is_misread(" ".join(text.split()))
)
trees = st.recursive(defined, junctions, max_leaves=8)
compilable = st.recursive(
    defined.filter(lambda text: compiled(only(specialize(text) or MarkerText(""))) is not None),
    junctions,
    max_leaves=8,
)
environments = st.builds(
    environment,
    python=st.sampled_from(PYTHONS),
    # Where a release is a specifier, it is none with an operator or a wildcard of its own.
    release=(st.sampled_from(RELEASES) | PRINTABLE).filter(
        lambda text: not text.startswith("=") and not text.endswith(".*")
    ),
    **{
        name: st.sampled_from(TEXTS) | PRINTABLE
        for name in VARIABLES
        if name not in {*VERSION_VARIABLES, "python_version"}
    },
)


@given(trees, environments)
def test_any_marker(text: str, environment: dict[str, str]) -> None:
    """A marker, its canonical text and its Python, if there is any, say the same anywhere."""
    marker = specialize(text)
    assert marker is not None
    verdict = markers.evaluate(marker, environment)
    python = compiled(only(marker))
    assert python is None or run([python], environment) == [verdict]
    assert markers.specialize(marker) == marker
    try:
        truth = Marker(text).evaluate(dict(environment))
    except UndefinedComparison:
        return
    assert verdict == truth == Marker(marker).evaluate(dict(environment))


@given(st.lists(st.lists(compilable, max_size=3), max_size=3), environments)
def test_any_condition(clauses: list[list[str]], environment: dict[str, str]) -> None:
    """An OR of ANDs of markers, its marker, its settled form and its Python say the same."""
    condition = frozenset(
        frozenset(marker for text in clause if (marker := specialize(text)) is not None)
        for clause in clauses
    )
    verdict = any(
        all(markers.evaluate(marker, environment) for marker in clause) for clause in condition
    )
    if condition and (text := markers.to_marker(condition)):
        whole = markers.specialize(text)
        assert isinstance(whole, str)
        assert markers.evaluate(whole, environment) is verdict
    expressions = [markers.to_python(each) for each in (condition, markers.settle(condition))]
    assert run(expressions, environment) == [verdict, verdict]
