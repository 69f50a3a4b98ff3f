"""Which entries an event carries: union, what is excluded, and the server's budget."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from sentry_modules.decision import Decision
from sentry_modules.manifest import Manifest
from sentry_modules.modules import BUDGET, choose, fit, union

from tests.runtime.application import generated


def decided(modules: dict[str, str], **more: Any) -> Decision:
    """Return the decision for a manifest that counts as it is."""
    manifest = Manifest("_sentry_modules", vars(generated(modules, **more)))
    return Decision(manifest, {}, "because")


def cost(versions: dict[str, str]) -> int:
    """Return what the server counts for a map, as FACTS of the project measured it on Relay."""
    return sum(len(version.encode()) + 3 for version in versions.values())


def relay(versions: dict[str, str]) -> dict[str, str]:
    """Do to a map what Relay does: spend the budget in byte order, and cut where it ends."""
    left, kept = BUDGET, {}
    for name in sorted(versions, key=str.encode):
        if left <= 0:
            break
        version = versions[name]
        size = len(version.encode()) + 3
        kept[name] = version if size <= left else f"{version[: max(left - 3, 0)]}..."
        left -= size
    return kept


def test_union_has_one_entry_for_each_normalized_name() -> None:
    """Where both know a name, the first is right, and its spelling stays."""
    first = {"typing_extensions": "4.2", "flask": "3.1"}
    second = {"typing-extensions": "4.0", "Flask": "1.0", "zope.interface": "7"}
    assert union(first, second) == {**first, "zope.interface": "7"}


def test_union_of_a_source_that_has_a_name_twice() -> None:
    """Of two spellings in the second source, the one that comes first there is kept."""
    assert union({}, {"zope.interface": "7", "zope-interface": "6"}) == {"zope.interface": "7"}


def test_what_fits_is_left_whole() -> None:
    """A list within the budget is the same object."""
    versions = {"a": "1" * (BUDGET - 3)}
    assert cost(versions) == BUDGET
    assert fit(versions) is versions


@pytest.mark.parametrize("is_combined", [False, True])
@pytest.mark.parametrize("changed", [{}, {"far": ("2", "/host"), "flask": ("3", "/host")}])
def test_what_the_build_omits_is_on_no_event(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, tuple[str, str]], is_combined: bool
) -> None:
    """Whatever the code that runs is, and although another source knows it as well."""
    monkeypatch.setattr("sentry_modules.modules.installed", lambda: {"far": "3", "other": "4"})
    decision = decided({"flask": "1"}, omitted=["far==1", "farther==1"])
    decision.changed = changed
    found = choose(decision, combine=is_combined)
    more = {"other": "4"} if is_combined else {}
    assert found.versions == {"flask": "3" if changed else "1", **more}
    assert found.left_out == 2
    assert decision.manifest
    everything = {**found.versions, "far": "2" if changed else "1", "farther": "1"}
    assert {**more, **decision.of(decision.manifest.modules)} == everything


def test_what_does_not_fit_goes_from_the_servers_end() -> None:
    """What the server would drop is dropped, but not half of an entry with it."""
    versions = {f"d{number:04}": "1.0.0.post1" for number in range(1000)}
    kept = fit(versions)
    assert relay(kept) == kept
    assert list(kept) == list(versions)[: len(kept)]
    assert relay(versions) != kept, "the server alone would have cut a version"


def test_what_is_too_long_for_a_version_takes_no_others_place() -> None:
    """Among many short ones it is not seen as malformed, and all that are short stay."""
    short = {f"d{number:04}": "1.0" for number in range(200)}
    found = choose(decided({"a": "1" * 9000, **short}), combine=False)
    assert found.versions == short
    assert found.left_out == 1


def test_the_line_says_how_many_were_left_out() -> None:
    """The number of entries that the event lacks is known, and the finder still has them all."""
    table = {f"d{number:04}": "1.0.0.post1" for number in range(700)}
    decision = decided(table, omitted=["e0000==1"])
    found = choose(decision, combine=False)
    assert found.left_out == 701 - len(found.versions) > 1
    assert decision.manifest
    assert decision.manifest.modules == {**table, "e0000": "1"}
    assert found.origin == "_sentry_modules (uv.lock): because"


@pytest.mark.parametrize("name", ["d-{:04}", "d_{:04}"])
@pytest.mark.parametrize("more", [{}, {"\x7f": "1.0"}])
def test_whatever_is_listed_fits(name: str, more: dict[str, str]) -> None:
    """The server's budget holds for other spellings of names, and beside malformed entries."""
    table = {name.format(number): "1.0.0.post1" for number in range(700)}
    found = choose(decided({**table, **more}), combine=False)
    assert relay(found.versions) == found.versions
    assert 0 < found.left_out == 700 - len(found.versions)


def test_live_metadata_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary install sends what the stock integration sends, all of it."""
    many = {f"d{number}": "1.0.0.post1" for number in range(2000)}
    monkeypatch.setattr("sentry_modules.modules.installed", lambda: many)
    assert choose(Decision(None, None, "no manifest"), combine=False).versions is many


PATTERNS = ["acme-*", "zope_interface", "Private.*"]
LISTED = {"acme_core": "1", "flask": "2", "zope.interface": "3", "Private-Thing": "4"}


@pytest.mark.parametrize("is_combined", [False, True])
@pytest.mark.parametrize("is_live", [False, True])
def test_excluded_names_are_on_no_list(
    monkeypatch: pytest.MonkeyPatch, is_live: bool, is_combined: bool
) -> None:
    """Patterns and names are compared after normalization, whichever source has the name."""
    monkeypatch.setattr("sentry_modules.modules.installed", lambda: LISTED)
    decision = decided(LISTED, exclude=PATTERNS)
    decision.changed = None if is_live else {}
    assert choose(decision, combine=is_combined).versions == {"flask": "2"}
    assert len(LISTED) == 4, "the SDK's own list is shared by all clients"


def test_what_stands_in_brackets_is_one_character_of_a_name() -> None:
    """The build has normalized it already; a second time it would be another pattern."""
    listed = {"acme-core": "1", "acmem": "2", "flask": "3"}
    patterns = ["acme[!_]core", "acme[a_z]", "fl[a_z]sk"]
    decision = decided(listed, exclude=patterns)
    kept = {name for name in listed if not any(fnmatchcase(name, p) for p in patterns)}
    assert set(choose(decision, combine=False).versions) == kept == {"acmem"}


def test_a_pattern_that_is_none_takes_nothing_away() -> None:
    """Before Python 3.10 a range that runs backwards is an error."""
    decision = decided({"a": "1", "b": "2"}, exclude=["[z-a]*", "b"])
    assert choose(decision, combine=False).versions == {"a": "1"}
