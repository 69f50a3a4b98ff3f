"""No code block of the documentation escapes the tests."""

from __future__ import annotations

import pytest

from tests.documentation.blocks import (
    PAGES,
    ROOT,
    RUN_PAGES,
    RUNS,
    Block,
    blocks,
    bundler_test,
    is_taken,
)


@pytest.mark.parametrize("page", PAGES)
def test_every_fence_is_a_block_with_a_language(page: str) -> None:
    """A fence that is written in another way is not found, so it would never be run."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    fences = [line for line in lines if line.lstrip(" >").startswith(("```", "~~~"))]
    assert len(fences) == 2 * len(blocks(page))


@pytest.mark.parametrize("block", [b for page in PAGES for b in blocks(page)], ids=str)
def test_a_block_is_run_or_says_why_not(block: Block) -> None:
    """Either a test runs it, or the comment before it gives the reason."""
    if block.reason:
        return
    test = bundler_test(block.page)
    if test:
        assert is_taken(block, test), "the bundler's test does not take it"
    else:
        assert block.language in RUNS
        assert block.language == "toml" or block.page in RUN_PAGES
