"""Markers are parsed as packaging does, spelled in one way, and decided for a selection."""

from __future__ import annotations

import pytest
from packaging.markers import InvalidMarker

from hatch_sentry_modules.markers import specialize
from hatch_sentry_modules.markers.parse import MAX_LITERAL, MAX_NESTING


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("sys_platform=='win32'", 'sys_platform == "win32"'),
        ("\t os.name == 'nt' ", 'os_name == "nt"'),
        ("python_implementation == 'PyPy'", 'platform_python_implementation == "PyPy"'),
        ("platform.machine not  in 'x86 i686'", 'platform_machine not in "x86 i686"'),
        ("'linux'in sys_platform", '"linux" in sys_platform'),
        ("platform_version == 'a \"b\"'", "platform_version == 'a \"b\"'"),
        ('platform_version == "it\'s"', 'platform_version == "it\'s"'),
        # packaging 26.1 loses these parentheses when it writes the marker.
        (
            "((os_name == 'a' or os_name == 'b')) and sys_platform == 'c'",
            '(os_name == "a" or os_name == "b") and sys_platform == "c"',
        ),
        (
            "os_name == 'a' or (os_name == 'b' and sys_platform == 'c')",
            'os_name == "a" or os_name == "b" and sys_platform == "c"',
        ),
        ("(os_name == 'a' and (os_name == 'b'))", 'os_name == "a" and os_name == "b"'),
        ("os_name == 'a' or os_name == \"a\"", 'os_name == "a"'),
        ("os_name == 'a' and (os_name == 'a' or sys_platform == 'b')", 'os_name == "a"'),
        ("os_name == 'a' or (os_name == 'a' and sys_platform == 'b')", 'os_name == "a"'),
        ("python_version ~= 'v3.11c1'", 'python_version ~= "3.11rc1"'),
    ],
)
def test_one_spelling(text: str, canonical: str) -> None:
    """Names, quotes, space, parentheses and repetition come out in one spelling."""
    assert specialize(text) == canonical
    assert specialize(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("extra == 'socks'", True),
        ("extra == 'SOCKS'", True),
        ("extra == 'HTTP__2'", True),
        ("'socks' == extra", True),
        ("extra == 'brotli'", False),
        ("extra == ''", False),
        ("extra != 'socks'", False),
        ("extra != 'brotli'", True),
        ("extra <= 'socks'", True),
        ("extra < 'z'", False),
        ("extra in 'socks brotli'", True),
        ("extra in 'brotli zstd'", False),
        ("extra not in 'brotli'", True),
        ("'sock' in extra", True),
        ("'sock' not in extra", False),
        ("extra == 'socks' and extra == 'HTTP_2'", True),
        ("extra == 'socks' and extra == 'brotli'", False),
        ("'HTTP-2' in extras", True),
        ("'http' in extras", False),
        ("'http' not in extras", True),
        ("'dev' in dependency_groups", True),
        ("'socks' in dependency_groups", False),
        ("'Dev' not in dependency_groups", False),
        ("extra == 'dev'", False),
        ("os_name == 'nt' or extra == 'socks'", True),
        ("os_name == 'nt' and extra == 'brotli'", False),
        ("os_name == 'nt' and extra == 'socks'", 'os_name == "nt"'),
        ("os_name == 'nt' or ('docs' in dependency_groups)", 'os_name == "nt"'),
        (
            "(os_name == 'a' and extra == 'socks' or os_name == 'b') and extra != 'x'",
            'os_name == "a" or os_name == "b"',
        ),
    ],
)
def test_a_selection_is_decided(text: str, decided: str | bool) -> None:
    """Extras and groups are judged by membership under PEP 685 names; the rest remains."""
    assert (
        specialize(text, extras=frozenset({"Socks", "http.2"}), groups=frozenset({"DEV"}))
        == decided
    )


def test_nothing_is_selected_by_default() -> None:
    """Without extras the one extra is empty, as packaging and pip have it."""
    assert specialize("extra == 'a' or 'a' in extra or extra not in 'a b'") is False
    assert specialize("extra in 'a b'") is True
    assert specialize("extra == ''") is True
    assert specialize("'a' not in extras and 'a' not in dependency_groups") is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "os_name",
        "os_name ==",
        "os_name == nt",
        "os_name = 'nt'",
        "(os_name == 'nt'",
        "os_name == 'nt')",
        "os_name == 'nt' os_name == 'nt'",
        "os_name == 'nt' and",
        "os_name is 'nt'",
        "os_name == 'nt",
        "unknown == 'x'",
        "os_name == 'nt'; import os",
        "os_name == 'nt'\n",
        "\nos_name == 'nt'",
        # packaging takes these, and reads the right operand as a text or as a variable.
        "os_name == sys_platform",
        "'posix' == 'os_name'",
        "extra == extra",
        "extra == os_name",
        # packaging cannot say what these mean in any environment.
        "sys_platform ~= 'linux'",
        "sys_platform === 'linux'",
        "'linux' ~= sys_platform",
        "python_version ~= '3'",
        "python_version ~= '3.*'",
        "python_version === '3 11'",
        "extra ~= '1.0'",
        "extra === 'a'",
        "extras == 'a'",
        "'a' == extras",
        "extras in 'a'",
        "dependency_groups != 'a'",
        # It depends on the machine's release whether these mean anything.
        "'6.8' ~= platform_release",
        "'6.8' === platform_release",
        # PEP 508 has no such characters in a literal.
        r"os_name == '\x41'",
        "os_name == 'a\nb'",
        "os_name == 'a\x00b'",
        "os_name == 'a\u2028b'",
        "os_name == '\ud800'",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    """What is no marker, or means nothing for certain, is refused in one line."""
    with pytest.raises(InvalidMarker) as caught:
        specialize(text)
    assert len(str(caught.value).splitlines()) == 1


def test_the_deepest_nesting() -> None:
    """Parentheses that no real marker has are refused, and never exhaust the stack."""
    for depth in (MAX_NESTING + 1, 100_000):
        with pytest.raises(InvalidMarker, match="nested"):
            specialize("(" * depth + "os_name == 'a'" + ")" * depth)
    text = "os_name == 'a'"
    for _ in range(MAX_NESTING // 2):
        text = f"(sys_platform == 'b' and (os_name == 'c' or {text}))"
    assert isinstance(specialize(text), str)


def test_the_longest_literal() -> None:
    """A number that Python would refuse to read is refused before."""
    with pytest.raises(InvalidMarker, match="long"):
        specialize(f"python_version == '{'9' * 5000}'")
    assert specialize(f"python_version == '{'9' * (MAX_LITERAL - 2)}'")


def test_many_alternatives() -> None:
    """A marker of ten thousand comparisons is long, not deep."""
    text = " or ".join(f"platform_machine == 'm{index}'" for index in range(10_000))
    marker = specialize(text)
    assert isinstance(marker, str)
    assert marker.count("==") == 10_000
