"""Reads what a locked list of requirements names."""

from __future__ import annotations

from pathlib import Path

from demo.bundles import normalize


def pins(requirements: Path) -> dict[str, str]:
    """Return the version of each distribution, by normalized name."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    found = [line.partition(";")[0].split("==") for line in lines if "==" in line]
    return {normalize(name.strip()): version.strip() for name, version in found}
