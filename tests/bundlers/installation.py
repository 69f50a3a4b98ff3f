"""Lays out distributions in a folder as an installer does."""

from __future__ import annotations

from pathlib import Path


def install(
    site: Path, name: str, *files: str, version: str = "1.0", has_record: bool = True
) -> Path:
    """Install a distribution of some files, as an installer would; give its metadata folder."""
    metadata = site / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n", encoding="utf-8")
    for file in files:
        path = site / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    if has_record:
        lines = "".join(f"{file},,\n" for file in (*files, f"{metadata.name}/METADATA"))
        (metadata / "RECORD").write_text(lines, encoding="utf-8")
    return metadata
