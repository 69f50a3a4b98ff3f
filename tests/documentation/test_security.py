"""The page "Security and privacy" names a test for each of its promises."""

from __future__ import annotations

import ast
import re

import pytest

from tests.documentation.blocks import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROMISES = [line for line in PAGE.splitlines() if line.startswith("| ") and "held by" not in line]

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_there_are_promises() -> None:
    """The test below sees the tables, and no test is named outside them."""
    assert len(PROMISES) > 40
    assert len(_TEST.findall(PAGE)) == sum(len(_TEST.findall(line)) for line in PROMISES)


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_has_tests(promise: str) -> None:
    """Each test that stands beside it exists under this name."""
    found = _TEST.findall(promise)
    assert found
    assert len(found) == promise.count("::")
    for file, name in found:
        module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
