"""Decides what an event lists by hand, or in a frozen application."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress

from sentry_modules.manifest import Manifest


class Decision:
    """Whether the manifest counts or live metadata, and why."""

    # ``changed`` maps names to versions that are not the manifest's, each with the place of its
    # metadata; it is ``None`` where live metadata counts.
    # ``is_final`` is false where a passing fault came between: the next time may be better.

    def __init__(
        self,
        manifest: Manifest | None,
        changed: dict[str, tuple[str, str]] | None,
        why: str,
        *,
        is_final: bool = True,
    ) -> None:
        self.manifest = manifest
        self.changed = changed
        self.why = why
        self.is_final = is_final

    def of(self, known: dict[str, str]) -> dict[str, str]:
        """Return what is listed in the versions that count."""
        changed = self.changed
        return {n: changed.get(n, (v,))[0] for n, v in known.items()} if changed else known


def decide(manifest: Manifest, authority: str) -> Decision | None:
    """Return what needs no look at the code that runs; ``None`` where it has to be asked."""
    if authority in ("manifest", "metadata"):
        return Decision(manifest, {} if authority == "manifest" else None, f"{authority=}")
    if IS_FROZEN:
        return Decision(manifest, {}, "the application is frozen")
    return None


_SAID: list[str] = []


def warn_frozen(why: str) -> None:
    """Warn once that a frozen application has no such manifest; raise nothing."""
    if _SAID:
        return
    _SAID.append(why)
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
