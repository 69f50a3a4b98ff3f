"""Finds the fenced code blocks of the documentation, and who runs each."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("runtime/*.md"), *ROOT.glob("docs/*.md")]
)

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE
)
_REASON = re.compile(r"<!-- not run: (.+) -->\s*\Z")

# How the tests of the bundlers take blocks: all of a language, or the one of a number.
_TAKEN = re.compile(r'blocks\([^()]*"(\w+)"\)(?:\[(\d+)\])?')
_WRITTEN = re.compile(r"\.write\(")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A fenced block; ``number`` counts those of its language on its page.

    ``reason`` is why no test runs it, empty for one that has to be run.
    """

    page: str
    line: int
    language: str
    number: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found: list[Block] = []
    for match in _FENCE.finditer(text):
        before, language = text[: match.start()], match["language"]
        reason = _REASON.search(before)
        found.append(
            Block(
                page=page,
                line=before.count("\n") + 1,
                language=language,
                number=sum(block.language == language for block in found),
                text=textwrap.dedent(match["text"]),
                reason=reason[1] if reason else "",
            )
        )
    return found


def bundler_test(page: str) -> str:
    """Return the source of the tests that run a page themselves, empty where there is none."""
    rooms = ("bundles", "engines", "serverless")
    paths = (path for room in rooms for path in ROOT.glob(f"tests/{room}/*.py"))
    tests = (path.read_text(encoding="utf-8") for path in paths)
    name = page.removeprefix("docs/")
    return "\n".join(text for text in tests if page != name and f'"{name}"' in text)


def is_taken(block: Block, test: str) -> bool:
    """Return whether a bundler's test takes a block."""
    taken = {(language, number) for language, number in _TAKEN.findall(test)}
    if block.language in ("python", "toml") and _WRITTEN.search(test):
        return True
    return bool(taken & {(block.language, ""), (block.language, str(block.number))})


RUNS = {"console", "python", "sh", "text", "toml"}
"""What is run of a page; tables for ``pyproject.toml`` are built with in ``test_projects``."""

RUN_PAGES = [
    page
    for page in PAGES
    if not bundler_test(page)
    and any(b.language in RUNS - {"toml"} and not b.reason for b in blocks(page))
]
