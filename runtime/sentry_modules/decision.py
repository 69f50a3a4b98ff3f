"""Decides what an event lists by hand, or in a frozen application."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress

from sentry_modules.manifest import Manifest


class Decision:
    """Whether the manifest counts or live metadata, and why."""

    # ``changed`` holds the versions that are not the manifest's, and nothing where live metadata
    # counts: ``None``. ``folders`` tells where their metadata is.
    # ``is_final`` is false where a passing fault came between: the next time may be better.

    def __init__(
        self,
        manifest: Manifest | None,
        changed: dict[str, str] | None,
        why: str,
        *,
        folders: dict[str, str] | None = None,
        is_final: bool = True,
    ) -> None:
        self.manifest = manifest
        self.changed = changed
        self.why = why
        self.folders = folders or {}
        self.is_final = is_final

    def carried(self) -> dict[str, str]:
        """Return the versions that events carry, where the manifest counts."""
        carried, changed = self.manifest.carried if self.manifest else {}, self.changed
        return {n: changed.get(n, v) for n, v in carried.items()} if changed else carried

    def all(self) -> dict[str, str]:
        """Return every version, where the manifest counts."""
        known = self.manifest.modules if self.manifest else {}
        return {**known, **self.changed} if self.changed else known


def decide(manifest: Manifest, authority: str) -> Decision | None:
    """Return what needs no look at the code that runs; ``None`` where it has to be asked."""
    if authority in ("manifest", "metadata"):
        changed: dict[str, str] | None = {} if authority == "manifest" else None
        return Decision(manifest, changed, f"authority={authority!r}")
    if IS_FROZEN:
        return Decision(manifest, {}, "the application is frozen")
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
