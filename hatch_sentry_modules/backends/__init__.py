"""One file for each tool that calls in; nothing is decided here, and no tool is imported."""

from functools import cache
from pathlib import Path


@cache
def is_configured(root: Path) -> bool:
    """Whether a project's ``pyproject.toml`` holds the table ``[tool.sentry-modules]``.

    Most builds never heard of this tool: nothing is imported for those, and a file that cannot be
    read is for the backend to tell. ``root`` is absolute, since the answer is remembered.
    """
    try:
        text = (root / "pyproject.toml").read_text(encoding="utf-8")
        if "sentry-modules" not in text:
            return False
        from hatch_sentry_modules import toml

        tool = toml.loads(text).get("tool")
    except (OSError, RecursionError, ValueError):
        return False
    return isinstance(tool, dict) and "sentry-modules" in tool
