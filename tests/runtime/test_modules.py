"""Which entries an event carries: union, the server's budget, and the last resort."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from sentry_modules.authority import Verdict
from sentry_modules.manifest import Manifest
from sentry_modules.modules import BUDGET, choose, fit, loaded, union

from tests.runtime.documents import namespace


def cost(versions: dict[str, str]) -> int:
    """Give what the server counts for a map, as FACTS of the project measured it on Relay."""
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
    """A list within the budget is the same object, whatever could be left out."""
    versions = {"a": "1" * (BUDGET - 3)}
    assert cost(versions) == BUDGET
    assert fit(versions, ["a"]) is versions


def test_omitted_names_go_first_and_in_order() -> None:
    """Only as many as must go, in the order that the manifest gives, whole entries each."""
    versions = {f"d{number:04}": "1.0.0" for number in range(1100)}
    far = ["d0005", "not-there", "d0003", "d0001", *sorted(versions)[500:]]
    kept = fit(versions, far)
    assert BUDGET - 8 < cost(kept) <= BUDGET
    gone = [name for name in versions if name not in kept]
    assert {"d0001", "d0003", "d0005"} < set(gone)
    assert set(gone) == {name for name in far[: len(gone) + 1] if name in versions}
    assert relay(kept) == kept


def test_without_names_to_omit_the_servers_last_go() -> None:
    """What the server would drop is dropped, but not half of an entry with it."""
    versions = {f"d{number:04}": "1.0.0.post1" for number in range(1000)}
    kept = fit(versions, [])
    assert relay(kept) == kept
    assert list(kept) == list(versions)[: len(kept)]
    assert relay(versions) != kept, "the server alone would have cut a version"


def test_what_is_too_long_for_a_version_takes_no_others_place() -> None:
    """Among many short ones it is not seen as malformed, and all that are short stay."""
    short = {f"d{number:04}": "1.0" for number in range(200)}
    manifest = Manifest("acme._sentry_modules", namespace({"a": "1" * 9000, **short}))
    found = choose(Verdict(manifest, True, "a test"), combine=False)
    assert found.versions == short
    assert found.left_out == 1


def test_the_line_says_how_many_were_left_out() -> None:
    """The number of entries that the event lacks is known, and the finder still has them all."""
    table = {f"d{number:04}": "1.0.0.post1" for number in range(700)}
    manifest = Manifest("_sentry_modules", namespace(table, omit=["d0000"]))
    found = choose(Verdict(manifest, True, "because"), combine=False)
    assert found.left_out == 700 - len(found.versions) > 0
    assert "d0000" not in found.versions
    assert "d0000" in manifest.modules
    assert found.origin == "_sentry_modules (uv.lock): because"


def test_live_metadata_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary install sends what the stock integration sends, all of it."""
    many = {f"d{number}": "1.0.0.post1" for number in range(2000)}
    monkeypatch.setattr("sentry_modules.modules.installed", lambda: many)
    assert choose(Verdict(None, False, "no manifest"), combine=False).versions is many


def test_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    """With neither manifest nor metadata, loaded modules say what they are, as the line says."""
    monkeypatch.setattr("sentry_modules.modules.installed", dict)
    found = choose(Verdict(None, False, "no manifest"), combine=False)
    assert found.versions["pytest"] == pytest.__version__
    assert "last resort" in found.origin


def test_loaded_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Top-level modules with a version count, without running code of theirs."""
    lazy: Any = types.ModuleType("lazy")
    lazy.__getattr__ = lambda _: 1 / 0
    named: Any = types.ModuleType("Named")
    named.__version__ = "1.5"
    single: Any = types.ModuleType("single")
    single.__version__ = "3"
    site = Path(pytest.__file__).parents[1]
    single.__spec__ = ModuleSpec("single", None, origin=str(site / "single.py"))
    odd: Any = types.ModuleType("odd")
    odd.__version__ = (1, 5)
    for module in (lazy, named, single, odd):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(sys.modules, "gone", None)
    found = loaded()
    assert found["named"] == "1.5"
    assert found["single"] == "3"
    assert not {"lazy", "odd", "gone"} & set(found)


def test_the_standard_library_is_not_listed() -> None:
    """Modules of Python itself carry versions of old, which are nobody's distribution."""
    import argparse
    import json
    import logging

    assert {argparse.__name__, json.__name__, logging.__name__} <= set(sys.modules)
    assert not {"argparse", "json", "logging", "re", "csv", "zlib"} & set(loaded())
