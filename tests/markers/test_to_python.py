"""Conditions become short Python, which nothing in a lock file can turn into other code."""

from __future__ import annotations

import ast

import pytest

from hatch_sentry_modules.markers import (
    UncompilableMarkerError,
    evaluate,
    imports,
    settle,
    specialize,
)
from hatch_sentry_modules.markers import to_marker as write_marker
from hatch_sentry_modules.markers import to_python as compile_condition
from hatch_sentry_modules.markers.parse import VARIABLES
from hatch_sentry_modules.model import ALWAYS, Condition, MarkerText


def condition(*clauses: str | tuple[str, ...]) -> Condition:
    """Make a condition of clauses, each one marker or an AND of several."""
    return frozenset(
        frozenset(
            _canonical(marker) for marker in ((clause,) if isinstance(clause, str) else clause)
        )
        for clause in clauses
    )


def _canonical(text: str) -> MarkerText:
    marker = specialize(text)
    assert isinstance(marker, str)
    return marker


@pytest.mark.parametrize(
    ("marker", "python"),
    [
        ("sys_platform == 'win32'", 'sys.platform == "win32"'),
        ("'win32' == sys_platform", 'sys.platform == "win32"'),
        ("sys_platform != 'win32'", 'sys.platform != "win32"'),
        ("sys_platform in 'linux darwin'", 'sys.platform in "linux darwin"'),
        ("sys_platform not in 'linux'", 'sys.platform not in "linux"'),
        ("'linux' in sys_platform", '"linux" in sys.platform'),
        ("'linux' not in sys_platform", '"linux" not in sys.platform'),
        ("sys_platform <= 'linux'", 'sys.platform == "linux"'),
        ("sys_platform >= 'linux'", 'sys.platform == "linux"'),
        ("sys_platform < 'linux'", "False"),
        ("'linux' > sys_platform", "False"),
        ("os_name == 'nt'", 'os.name == "nt"'),
        ("implementation_name == 'pypy'", 'sys.implementation.name == "pypy"'),
        ("platform_machine == 'arm64'", 'platform.machine() == "arm64"'),
        (
            "platform_python_implementation != 'PyPy'",
            'platform.python_implementation() != "PyPy"',
        ),
        ("platform_system == 'Darwin'", 'platform.system() == "Darwin"'),
        ("'SMP' in platform_version", '"SMP" in platform.version()'),
        ("'generic' in platform_release", '"generic" in platform.release()'),
        ("platform_release == 'any'", 'platform.release() == "any"'),
        ("python_version >= '3.8'", "sys.version_info >= (3, 8)"),
        ("python_version > '3.8'", "sys.version_info >= (3, 9)"),
        ("python_version < '3.8'", "sys.version_info < (3, 8)"),
        ("python_version <= '3.8'", "sys.version_info < (3, 9)"),
        ("python_version == '3.8'", "(3, 8) <= sys.version_info < (3, 9)"),
        ("python_version != '3.8'", "sys.version_info < (3, 8) or sys.version_info >= (3, 9)"),
        ("python_version == '3.11.*'", "(3, 11) <= sys.version_info < (3, 12)"),
        ("python_version == '3.*'", "(3, 0) <= sys.version_info < (4, 0)"),
        ("python_version == '3.11.4'", "False"),
        ("python_version != '3.11.4'", "True"),
        ("python_version >= '3.11.4'", "sys.version_info >= (3, 12)"),
        ("python_version ~= '3.8'", "(3, 8) <= sys.version_info < (4, 0)"),
        ("python_version in '3.8 3.9'", '"%d.%d" % sys.version_info[:2] in "3.8 3.9"'),
        ("python_version >= '4'", "sys.version_info >= (4, 0)"),
        ("python_version >= '0'", "True"),
        ("python_version >= '1!3'", "False"),
        ("python_full_version < '3.11'", "sys.version_info < (3, 11)"),
        ("python_full_version <= '3.11.4'", "sys.version_info < (3, 11, 5)"),
        ("python_full_version >= '3.11'", 'sys.version_info >= (3, 11, 0, "final")'),
        ("python_full_version > '3.11'", "sys.version_info >= (3, 11, 1)"),
        ("python_full_version == '3.11.*'", "(3, 11) <= sys.version_info < (3, 12)"),
        (
            "python_full_version == '3.11.4'",
            '(3, 11, 4, "final") <= sys.version_info < (3, 11, 5)',
        ),
        (
            "python_full_version != '3.11.4'",
            'sys.version_info < (3, 11, 4, "final") or sys.version_info >= (3, 11, 5)',
        ),
        ("python_full_version < '3.11.0b2'", 'sys.version_info < (3, 11, 0, "beta", 2)'),
        (
            "python_full_version == '3.11.0a1'",
            '(3, 11, 0, "alpha", 1) <= sys.version_info < (3, 11, 0, "alpha", 2)',
        ),
        ("python_full_version < '3.13.dev0'", "sys.version_info < (3, 13)"),
        ("python_full_version < '3.11.0.1'", "sys.version_info < (3, 11, 1)"),
        (
            "python_full_version not in '3.8.0, 3.8.1'",
            'platform.python_version() not in "3.8.0, 3.8.1"',
        ),
        ("'3.11' in python_full_version", '"3.11" in platform.python_version()'),
    ],
)
def test_one_comparison(marker: str, python: str) -> None:
    """Each variable and operator becomes what a person would write, or the nearest right thing."""
    assert compile_condition(condition(marker)) == python


@pytest.mark.parametrize(
    ("clauses", "python"),
    [
        ([()], "True"),
        ([], "False"),
        ([("os_name == 'a'", "sys_platform == 'b'")], 'os.name == "a" and sys.platform == "b"'),
        (["os_name == 'a'", "sys_platform == 'b'"], 'os.name == "a" or sys.platform == "b"'),
        (
            [("os_name == 'a' or sys_platform == 'b'", "platform_machine == 'c'")],
            '(os.name == "a" or sys.platform == "b") and platform.machine() == "c"',
        ),
        (
            [("os_name == 'a'", "sys_platform == 'b'"), "platform_machine == 'c'"],
            'os.name == "a" and sys.platform == "b" or platform.machine() == "c"',
        ),
        (["os_name == 'b'", "os_name == 'a'"], 'os.name in ("a", "b")'),
        ([("os_name != 'b'", "os_name != 'a'")], 'os.name not in ("a", "b")'),
        ([("os_name == 'a'", "os_name == 'b'")], "False"),
        ([("os_name == 'a'", "os_name != 'b'")], 'os.name == "a"'),
        (["os_name == 'a'", "os_name != 'b'"], 'os.name != "b"'),
        (["os_name == 'a'", "os_name != 'a'"], "True"),
        (
            [("python_full_version >= '3.10'", "python_version < '3.13'")],
            '(3, 10, 0, "final") <= sys.version_info < (3, 13)',
        ),
        (["python_version < '3.9'", "python_version < '3.11'"], "sys.version_info < (3, 11)"),
        (["python_version < '3.9'", "python_version >= '3.9'"], "True"),
        ([("python_version < '3.9'", "python_version > '3.9'")], "False"),
        (
            ["python_version < '3.9'", "python_version >= '3.12'"],
            "sys.version_info < (3, 9) or sys.version_info >= (3, 12)",
        ),
        (
            [("python_version != '3.9'", "python_version != '3.11'")],
            "sys.version_info < (3, 9) or (3, 10) <= sys.version_info < (3, 11)"
            " or sys.version_info >= (3, 12)",
        ),
        (
            [("python_version != '3.9' and python_version != '3.11'", "os_name == 'a'")],
            'os.name == "a" and (sys.version_info < (3, 9) or (3, 10) <= sys.version_info < (3, 11)'
            " or sys.version_info >= (3, 12))",
        ),
    ],
)
def test_comparisons_are_merged(clauses: list[str | tuple[str, ...]], python: str) -> None:
    """Tests of one subject become one, and parentheses stand only where they are needed."""
    assert compile_condition(condition(*clauses)) == python


def test_settled_conditions() -> None:
    """A condition that holds everywhere or nowhere is told from one that needs a test."""
    everywhere = condition("sys_platform == 'linux'", "sys_platform != 'linux'")
    nowhere = condition(("sys_platform == 'linux'", "sys_platform != 'linux'"))
    real = condition("sys_platform == 'linux'")
    assert [settle(each) for each in (everywhere, nowhere, real)] == [ALWAYS, frozenset(), real]


@pytest.mark.parametrize(
    ("clauses", "marker"),
    [
        (["os_name == 'a'"], 'os_name == "a"'),
        (
            [("os_name == 'a'", "sys_platform == 'b' or sys_platform == 'c'"), "os_name == 'd'"],
            'os_name == "a" and (sys_platform == "b" or sys_platform == "c") or os_name == "d"',
        ),
    ],
)
def test_a_condition_as_a_marker(clauses: list[str | tuple[str, ...]], marker: str) -> None:
    """A condition becomes one marker that packaging and pip read."""
    assert write_marker(condition(*clauses)) == marker
    assert specialize(marker) == marker


def test_what_always_holds_needs_no_marker() -> None:
    """Nothing is written behind a distribution that every environment has."""
    assert write_marker(ALWAYS) == ""


def test_imports() -> None:
    """Only what an expression names is imported, and literals are not taken for names."""
    assert imports([]) == ""
    assert imports(["True"]) == ""
    assert imports(['sys.platform == "os.name"']) == "import sys\n"
    assert imports(["'\"' in sys.platform and '\" os.name' in sys.platform"]) == "import sys\n"
    assert imports(['os.name == "a"', 'platform.machine() == "b"']) == (
        "import os\nimport platform\n"
    )


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("platform_release >= '22.0'", "compares platform_release as a version"),
        ("platform_release === '6.8-X'", "compares a version by ==="),
        ("python_version === '3.8'", "compares a version by ==="),
        ("python_version == '=3.8'", "compares a version by ==="),
        ("'3.8' <= python_version", "has the version on the left of python_version"),
        ("'any' == platform_release", "has the version on the left of platform_release"),
        ("implementation_version >= '7.3'", "compares implementation_version"),
        ("implementation_version in '7.3'", "compares implementation_version"),
        ("python_version == '3.11+a'", "tells a local build of Python"),
        ("'+' in python_full_version", "may tell a local build of Python"),
        ("python_full_version in '3.11.0+local'", "may tell a local build of Python"),
    ],
)
def test_what_is_refused(marker: str, reason: str) -> None:
    """A comparison that would need a parser at run time is refused, wherever it stands."""
    for clauses in ([marker], [(marker, "os_name == 'a'")], [marker, "os_name == 'a'"]):
        for use in (compile_condition, settle):
            with pytest.raises(UncompilableMarkerError) as caught:
                use(condition(*clauses))
            assert str(caught.value) == f"its marker {reason}, which is not supported"


HOSTILE = [
    '"];import os;#',
    "'];import os;#",
    "') or __import__('os').system('id') or ('",
    '") or exit() or ("',
    "{sys.exit()}",
    "%s%d",
    "# coding: rot13",
    "é\U0001f600",
]


@pytest.mark.parametrize("literal", HOSTILE)
@pytest.mark.parametrize("variable", ["sys_platform", "platform_release", "python_full_version"])
@pytest.mark.parametrize("shape", ["{0} == {1}", "{1} == {0}", "{0} in {1}", "{1} in {0}"])
def test_literals_stay_literals(literal: str, variable: str, shape: str) -> None:
    """Whatever a literal holds comes out as one ASCII constant among known names, if at all."""
    quote = "'" if '"' in literal else '"'
    literal = literal.replace(quote, "")
    try:
        python = compile_condition(condition(shape.format(variable, f"{quote}{literal}{quote}")))
    except UncompilableMarkerError:
        assert variable != "sys_platform"
        return
    nodes = list(ast.walk(ast.parse(python, mode="eval")))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    constants = {node.value for node in nodes if isinstance(node, ast.Constant)}
    called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    assert python.isascii()
    assert names <= {"sys", "platform"}
    assert called <= {"platform.release", "platform.python_version"}
    assert literal in constants


def test_python_3_8_reads_it() -> None:
    """The rarest expressions are within the grammar of Python 3.8."""
    markers = [
        "platform_release == 'any' and implementation_name in '1 2'",
        "python_full_version != '3.8.0rc1'",
    ]
    expressions = [compile_condition(condition(marker)) for marker in markers]
    ast.parse(imports(expressions) + "\n".join(expressions), feature_version=(3, 8))


def test_evaluation_inherits_nothing() -> None:
    """An environment without all eleven variables is refused instead of taken from the host."""
    partial = dict.fromkeys(VARIABLES, "1")
    marker = _canonical("sys_platform == '1'")
    assert evaluate(marker, partial)
    del partial["os_name"]
    with pytest.raises(KeyError, match="os_name"):
        evaluate(marker, partial)
