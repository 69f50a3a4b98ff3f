"""Shows differences: as a table, as JSON, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hatch_sentry_modules.artifacts.changes import Change, Listing, Release
from hatch_sentry_modules.cli import table


def show(changes: Sequence[Change]) -> None:
    """Print a table of the differences."""
    rows = [(c.name, c.kind, _text(c.old), _text(c.new)) for c in changes]
    table.show(("name", "change", "old", "new"), rows)


def side(listing: Listing) -> dict[str, str]:
    """Make the JSON object that says what was compared."""
    return {"name": listing.name, "origin": listing.origin}


def to_objects(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Make the JSON array of the differences."""
    return [
        {
            "name": change.name,
            "change": change.kind,
            "old": [release._asdict() for release in change.old],
            "new": [release._asdict() for release in change.new],
        }
        for change in changes
    ]


def to_markdown(changes: Sequence[Change]) -> str:
    """Write the differences as a table for release notes."""
    lines = ["| Distribution | Change | Old | New |", "|---|---|---|---|"]
    for c in changes:
        cells = (c.name, c.kind, _text(c.old), _text(c.new))
        # A condition can hold what Markdown gives a meaning to.
        lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n" if changes else "No distribution changed.\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in r"\`*_<>|[]" else letter for letter in text)


def _text(releases: Sequence[Release]) -> str:
    return ", ".join(map(_one, releases))


def _one(release: Release) -> str:
    version = release.version or "unknown version"
    if release.condition is None:
        return f"{version} in some environments"
    return f"{version} if {release.condition}" if release.condition else version
