"""One comparer by PEP 440, and one rule for the application's manifest."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from hatch_sentry_modules import compare, markers
from hatch_sentry_modules.model import ALWAYS, Condition, Distribution, Manifest

NAME = canonicalize_name("flask")


def only(text: str) -> Condition:
    """Return the condition of one marker."""
    marker = markers.specialize(text)
    assert not isinstance(marker, bool)
    return frozenset({frozenset({marker})})


def manifest(
    *distributions: tuple[str, str],
    project: str = "app",
    condition: Condition = ALWAYS,
    is_injected: bool = False,
) -> Manifest:
    """Make a manifest; a distribution without a version is skipped."""
    return Manifest(
        project=canonicalize_name(project),
        source="x",
        distributions=tuple(
            Distribution(name=canonicalize_name(name), version=version, condition=condition)
            for name, version in distributions
            if version
        ),
        skipped={canonicalize_name(name): "why" for name, version in distributions if not version},
        is_injected=is_injected,
    )


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (["1.9"], ["1.10"], "upgraded"),
        (["1.0"], ["1.0rc1"], "downgraded"),
        (["1!1.0"], ["2.0"], "downgraded"),
        (["1.0"], ["1.0+local"], "upgraded"),
        (["1.0"], ["1.0.0"], None),
        (["2024.01"], ["2024.1"], None),
        ([], ["1.0"], "added"),
        (["1.0"], [], "removed"),
        (["1.0", "3.0"], ["2.0", "2.5"], "changed"),
        (["1.0", "2.0"], ["1.0", "3.0"], "upgraded"),
        ([""], ["1.0"], None),
    ],
)
def test_kinds_of_change(old: list[str], new: list[str], kind: str | None) -> None:
    """The order is that of PEP 440; an unknown version agrees with any."""
    before, after = (manifest(*((NAME, version) for version in side)) for side in (old, new))
    found = list(compare.compare(before, after))
    assert [change.kind for change in found] == ([kind] if kind else [])


def test_markers_are_compared_by_their_meaning() -> None:
    """Another spelling is no difference; another environment is."""
    windows, spelled, linux = (
        manifest((NAME, "1.0"), condition=only(text))
        for text in (
            "sys_platform == 'win32'",
            '"win32" == sys_platform',
            "sys_platform == 'linux'",
        )
    )
    assert list(compare.compare(windows, spelled)) == []
    (change,) = compare.compare(windows, linux)
    assert change.kind == "changed"
    assert change.new[0].marker == 'sys_platform == "linux"'
    assert [c.kind for c in compare.compare(manifest((NAME, "1.0")), windows)] == ["changed"]


def test_what_one_environment_holds() -> None:
    """What is conditional can be missing; the project and the run-time package have no metadata."""
    frozen = manifest(("app", "1"), ("sentry-modules", "0"), ("a", "1.0"), ("b", "2"), ("c", ""))
    held = manifest(("a", "1"), ("b", "3"), ("d", "1"))._replace(project=None)
    found = [(c.name, c.kind) for c in compare.with_collected(frozen, held)]
    assert found == [("b", "upgraded"), ("d", "added")]
    windows = manifest(("a", "1"), condition=only("sys_platform == 'win32'"))
    assert list(compare.with_collected(windows, manifest())) == []
    assert [c.kind for c in compare.with_collected(manifest(("a", "1")), manifest())] == ["removed"]


def test_what_is_excluded_is_there_all_the_same() -> None:
    """A manifest that does not list it on purpose differs from nothing for it."""
    frozen = manifest(("a", "1"))._replace(exclude=("secret-*",))
    held = manifest(("a", "1"), ("secret-core", "3"))
    assert list(compare.with_collected(frozen, held)) == []
    assert [c.name for c in compare.with_collected(manifest(("a", "1")), held)] == ["secret-core"]


def test_the_application_is_the_one_that_no_other_lists() -> None:
    """A library's manifest agrees with as much as it likes; what was injected comes first."""
    library = manifest(("lib", "1"), ("a", "1"), ("b", "1"), project="lib")
    own = manifest(("app", "1"), ("lib", "1"))
    held = manifest(("a", "1"), ("b", "1"), ("lib", "1"))
    assert compare.application([library, own], held) == 1
    injected = manifest(("a", "1"), project="other", is_injected=True)
    assert compare.application([library, own, injected], held) == 2
    stranger = manifest(("a", "1.0"), project="stranger")
    assert compare.application([manifest(project="none"), stranger], held) == 1
