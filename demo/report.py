"""What an event is worth, and the table that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.bundles import Bundle, normalize

# Integrations that are on in any program, whatever it uses.
_EVERYWHERE = frozenset(
    {
        "argv",
        "atexit",
        "dedupe",
        "excepthook",
        "frozen_modules",
        "logging",
        "modules",
        "stdlib",
        "threading",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """How one event compares with what the bundle holds.

    ``right`` of ``expected`` distributions are there with their versions; ``wrong`` counts the
    entries with another version, ``foreign`` those for something that is not in the bundle.
    ``frameworks`` are the integrations that are on, ``off`` those that should be.
    """

    right: int
    expected: int
    wrong: int
    foreign: int
    frameworks: frozenset[str]
    off: frozenset[str]

    @property
    def is_perfect(self) -> bool:
        """Whether every distribution and framework is there and nothing is wrong."""
        mistakes = self.wrong + self.foreign + len(self.off)
        return self.right == self.expected and not mistakes


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A bundle's event with the stock SDK and with the manifest, and the page of the latter."""

    bundle: str
    stock: Finding
    frozen: Finding
    page: str


def judge(event: Mapping[str, Any], bundle: Bundle) -> Finding:
    """Compare an event with the bundle that sent it, by normalized name."""
    modules = [(normalize(name), version) for name, version in (event.get("modules") or {}).items()]
    right = {name for name, version in modules if bundle.truth.get(name) == version}
    foreign = sum(name not in bundle.truth for name, _ in modules)
    frameworks = frozenset(event["sdk"]["integrations"]) - _EVERYWHERE
    return Finding(
        right=len(right),
        expected=len(bundle.truth),
        wrong=len(modules) - len(right) - foreign,
        foreign=foreign,
        frameworks=frameworks,
        off=bundle.application.frameworks - frameworks,
    )


def table(rows: Iterable[Comparison]) -> str:
    """Return the table of bundles, each with the stock SDK and with the manifest, in Markdown."""
    cells = [("bundle", "stock SDK", "wrong", "frameworks", "frozen", "wrong", "frameworks")]
    cells += [(row.bundle, *_cells(row.stock), *_cells(row.frozen)) for row in rows]
    return markdown(cells)


def markdown(cells: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as a Markdown table, of which the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, _line(["-" * width for width in widths], widths))
    return "\n".join(lines)


def _cells(finding: Finding) -> tuple[str, str, str]:
    frameworks = ", ".join(sorted(finding.frameworks)) or "none"
    wrong = finding.wrong + finding.foreign
    return f"{finding.right} of {finding.expected}", str(wrong), frameworks


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
