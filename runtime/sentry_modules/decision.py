"""Decides what an event lists by hand, or in a frozen application."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress

from sentry_modules.manifest import Manifest


class Decision:
    """The versions that count instead of live metadata, or ``None``, and why."""

    # ``folders`` tells where the metadata of those versions is that are not the manifest's.
    # ``is_final`` is false where a passing fault came between: the next time may be better.

    def __init__(
        self,
        manifest: Manifest | None,
        versions: dict[str, str] | None,
        why: str,
        *,
        folders: dict[str, str] | None = None,
        is_final: bool = True,
    ) -> None:
        self.manifest = manifest
        self.versions = versions
        self.why = why
        self.folders = folders or {}
        self.is_final = is_final


def decide(manifest: Manifest, authority: str) -> Decision | None:
    """Return what needs no look at the code that runs; ``None`` where it has to be asked."""
    if authority in ("manifest", "metadata"):
        versions = manifest.modules if authority == "manifest" else None
        return Decision(manifest, versions, f"authority={authority!r}")
    if IS_FROZEN:
        return Decision(manifest, manifest.modules, "the application is frozen")
    return None


def warn_frozen(why: str) -> None:
    """Warn that a frozen application has no such manifest; raise nothing."""
    with suppress(Exception):  # a handler can raise
        logging.getLogger("sentry_modules").warning("%s: events list live metadata", why)


def _is_frozen() -> bool:
    # Look for the marks of PyInstaller, cx_Freeze and py2app, and for Nuitka's.
    main = getattr(sys.modules.get("__main__"), "__dict__", {})
    return (
        bool(getattr(sys, "frozen", False))
        or hasattr(sys, "_MEIPASS")
        or bool(getattr(main.get("__compiled__"), "standalone", "__compiled__" in main))
    )


IS_FROZEN = _is_frozen()
"""Whether a freezer made the application: looked up once, since it decides what is imported."""
