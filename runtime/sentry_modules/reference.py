"""Which manifest a caller means, and what was decided about it."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sentry_modules.decision import IS_FROZEN, Decision, decide, warn_frozen
from sentry_modules.manifest import UnusableManifestError
from sentry_modules.search import callers, find, refer

if TYPE_CHECKING:
    from sentry_modules.search import Reference

if not IS_FROZEN:  # the hook for PyInstaller leaves these out of the bundle
    from sentry_modules import beyond, places, running

# Of this thread alone, and not in an instance, which can be pickled. Not a set of thread numbers:
# a forked child uses those of its parent's threads again.
_ASKING = threading.local()


class ManifestReference:
    """What is named as the manifest, from where, and with which authority."""

    # Two with the same ``key`` mean the same. No lock is held while the manifest loads: threads
    # that ask at the same time may each load it, and all find the same.

    def __init__(self, reference: Reference, packages: tuple[str, ...], authority: str) -> None:
        self.key = (reference, packages if reference is None else (), authority)
        self._decision: Decision | None = None
        self._missed_on: list[str] | None = None  # the path on which no manifest was found
        self._nearest = "".join(packages[:1])  # the module that calls, or its package

    @classmethod
    def of_caller(
        cls, manifest: ModuleType | str | None, authority: str = "auto"
    ) -> ManifestReference:
        """Return what the callers outside this package mean."""
        nearest, packages = callers()
        reference = cls(refer(manifest), packages, authority)
        reference._nearest = nearest
        return reference

    def __reduce__(self) -> tuple[Any, ...]:
        return ManifestReference, self.key

    def decision(self) -> Decision:
        """Load the manifest and decide; what comes of it is final, but for a passing fault."""
        # Where none was found it is looked for again once the path is another: an engine starts its
        # workers, and Sentry with them, before it brings them the application.
        if self._decision is not None and self._missed_on in (None, sys.path):
            return self._decision
        asking = _ASKING.__dict__.setdefault("keys", [])
        if self.key in asking:  # the module asks for a version, or captures
            return Decision(None, None, "the manifest is being loaded", is_final=False)
        asking.append(self.key)
        try:
            decision = self._decide()
        finally:
            asking.remove(self.key)
        if decision.is_final:
            self._missed_on = [*sys.path] if decision.manifest is None else None
            self._decision = decision
            if decision.manifest is None:  # said behind it, since it can become an event itself
                self._warn(decision.why)
        return decision

    def _warn(self, why: str) -> None:
        reference, _, authority = self.key
        if authority == "metadata":
            return
        if IS_FROZEN:
            warn_frozen(why)
            return
        with suppress(ImportError):  # at the end of the program there are no imports any more
            from sentry_modules import miss  # seldom needed

            miss.say(why, reference if type(reference) is str else self._nearest)

    def _decide(self) -> Decision:
        reference, packages, authority = self.key
        try:
            path = [] if IS_FROZEN else places.on_path()
            look = None if IS_FROZEN else partial(beyond.look, nearest=self._nearest)
            manifest = find(reference, packages, path, look)
            decision = decide(manifest, authority)
            return running.decide(manifest, authority, path) if decision is None else decision
        except UnusableManifestError as error:
            return Decision(None, None, str(error))
        except Exception as error:  # noqa: BLE001 - no file descriptor, no stack, a signal's handler
            why = f"the manifest cannot be read now: {type(error).__name__}"
            return Decision(None, None, why, is_final=False)
