"""Keeps each finding once, with the smallest input that gives it."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Findings:
    """The findings of one target: an input and the traceback in a folder, by kind and place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, error: BaseException, data: bytes) -> None:
        """Keep a finding, unless it is known with an input that is no longer."""
        name = f"{type(error).__name__}-{place(error)}"
        path = self._folder / name
        if path.exists() and path.stat().st_size <= len(data):
            return
        path.write_bytes(data)
        lines = traceback.format_exception(error)
        path.with_name(f"{name}.txt").write_text("".join(lines), "utf-8", "backslashreplace")

    def names(self) -> list[str]:
        """Name what was found so far; a crash of the interpreter is there by its input."""
        return sorted(path.name for path in self._folder.iterdir() if path.suffix != ".txt")


def place(error: BaseException) -> str:
    """Name the innermost place of an error in this project, which tells findings apart."""
    shown = error.__cause__ or error
    frames = [
        f"{Path(frame.filename).stem}-{frame.lineno}"
        for frame in traceback.extract_tb(shown.__traceback__)
        if _is_ours(Path(frame.filename)) and frame.name != "check"
    ]
    return frames[-1] if frames else hashlib.sha256(str(error).encode()).hexdigest()[:8]


def _is_ours(file: Path) -> bool:
    return file.is_relative_to(ROOT) and "site-packages" not in file.parts
