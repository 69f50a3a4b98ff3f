"""Shows differences: as a table, as JSON, as Markdown."""

import re
from collections.abc import Sequence
from typing import Any

from hatch_sentry_modules.cli import table
from hatch_sentry_modules.cli.manifests import NamedManifest
from hatch_sentry_modules.compare import Change, Listed


def show(changes: Sequence[Change]) -> None:
    """Print a table of the differences."""
    rows = [(c.name, c.kind, _text(c.old), _text(c.new)) for c in changes]
    table.show(("name", "change", "old", "new"), rows)


def side(one: NamedManifest) -> dict[str, str]:
    """Return the JSON object that says what was compared."""
    return {"name": one.name, "origin": one.origin}


def to_objects(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return the JSON array of the differences."""
    return [
        {
            "name": change.name,
            "change": change.kind,
            "old": [{"version": d.version, "marker": d.marker} for d in change.old],
            "new": [{"version": d.version, "marker": d.marker} for d in change.new],
        }
        for change in changes
    ]


def to_markdown(changes: Sequence[Change]) -> str:
    """Return the differences as a table for release notes."""
    lines = ["| Distribution | Change | Old | New |", "|---|---|---|---|"]
    for c in changes:
        cells = (c.name, c.kind, _text(c.old), _text(c.new))
        # A marker can hold what Markdown gives a meaning to.
        escaped = (re.sub(r"([\\`*_<>|\[\]])", r"\\\1", cell) for cell in cells)
        lines.append(f"| {' | '.join(escaped)} |")
    return "\n".join(lines) + "\n" if changes else "No distribution changed.\n"


def _text(listed: Sequence[Listed]) -> str:
    texts = ((one.version or "unknown version", one.marker) for one in listed)
    return ", ".join(f"{version} ; {marker}" if marker else version for version, marker in texts)
