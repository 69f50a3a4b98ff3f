"""The words of the house, where a check can hold them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documentation.blocks import ROOT

ROOMS = ("bench", "demo", "docs", "fuzz", "hatch_sentry_modules", "runtime", "tests")
_OTHER = re.compile(r"(Give|Tell|Say)s?\b")
_DOCUMENTED = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef, ast.Module)


def docstrings(file: Path) -> Iterator[str]:
    """Yield the docstrings in a file."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, _DOCUMENTED):
            yield ast.get_docstring(node) or ""


@pytest.mark.parametrize("room", ROOMS)
def test_docstrings_begin_as_those_of_the_field(room: str) -> None:
    """A function returns a value; it does not give, tell or say one."""
    texts = [text for file in (ROOT / room).rglob("*.py") for text in docstrings(file)]
    assert len(texts) > 3
    assert not [text for text in texts if _OTHER.match(text)]
