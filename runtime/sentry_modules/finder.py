"""Makes ``importlib.metadata`` find the distributions of a stripped application."""

# Sentry's framework integrations ask it for versions when they are set up, and stay off without
# an answer. It serves the whole process, so it speaks only where a manifest counts, and steps aside
# for a real distribution of the same version.

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable, Iterator, Sequence

from sentry_modules.manifest import normalize

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from importlib.metadata import Distribution, DistributionFinder

    from typing_extensions import TypeGuard

    from sentry_modules.decision import Decision
    from sentry_modules.reference import ManifestReference


STOCK = "sentry_sdk.integrations.modules"
"""The SDK's own integration, which is imported for the first client that has it."""

_LISTING = "pkg_resources"  # it asks no finder, but lists what is installed when it is imported


class ManifestFinder:
    """The object on ``sys.meta_path``: it finds distributions and never a module."""

    # It comes first, for the version that was decided has to win over the host's.
    # ``before_stock`` is called once, when the SDK's stock integration is looked for.

    def __init__(self) -> None:
        self.references: list[ManifestReference] = []
        self.before_stock: Callable[[], None] | None = None
        self._is_asking = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find no module."""
        if name == STOCK and self.before_stock is not None:
            call, self.before_stock = self.before_stock, None
            call()
        if name == _LISTING and not self._is_asking:
            self._is_asking = True  # the others can ask all finders as well
            try:
                spec: ModuleSpec | None = _show(
                    lambda shown: shown.find(name, path, target, self.tell_listing)
                )
                return spec
            finally:
                self._is_asking = False
        return None

    def tell_listing(self) -> None:
        """Have ``pkg_resources`` list what was decided, where it is imported."""
        if _LISTING in sys.modules:
            _show(lambda shown: shown.serve(self._decisions()))

    def _decisions(self) -> list[Decision]:
        # Return where a manifest counts, in the order of installation.
        decisions = [reference.decision() for reference in list(self.references)]
        return [decision for decision in decisions if decision.changed is not None]

    def find_distributions(
        self, context: DistributionFinder.Context | None = None
    ) -> Iterator[Distribution]:
        """Find what the manifests know better than other finders; raise nothing."""
        try:
            return iter(self._find(context))
        except Exception:  # noqa: BLE001 - sentry_sdk.init() would raise it
            return iter(())

    def _find(self, context: DistributionFinder.Context | None) -> Sequence[Distribution]:
        name = getattr(context, "name", None)
        form = None if name is None else normalize(name)
        decisions = self._decisions()
        if form is not None:
            decisions = [d for d in decisions if d.manifest and d.manifest.name_of(form)]
        if not decisions or _is_about_other_places(context):
            return []
        from sentry_modules.distribution import freeze

        return freeze(decisions, form, _real(context), context)


def register(reference: ManifestReference) -> ManifestReference:
    """Put the finder in place; return the reference, or the first like it."""
    finder = _installed()
    for known in list(finder.references):
        if known.key == reference.key:
            return known
    finder.references.append(reference)
    finder.tell_listing()
    return reference


def is_registered(reference: ManifestReference) -> bool:
    """Whether a reference was registered and not taken away again."""
    return any(reference in finder.references for finder in sys.meta_path if is_ours(finder))


def before_stock(call: Callable[[], None]) -> None:
    """Call something before the SDK's own integration is imported; the first counts."""
    finder = _installed()
    finder.before_stock = finder.before_stock or call


def uninstall() -> None:
    """Take the finder away again, with everything that was installed."""
    for finder in [finder for finder in sys.meta_path if is_ours(finder)]:
        finder.references.clear()
        finder.before_stock = None
    sys.meta_path[:] = [finder for finder in sys.meta_path if not is_ours(finder)]
    if _LISTING in sys.modules:
        _show(lambda shown: shown.withdraw())


def is_ours(finder: object) -> TypeGuard[ManifestFinder]:
    """Whether a finder is of this class, of whichever import of this module."""
    kind = type(finder)  # nothing is asked of the finder itself, which can be anything
    return (kind.__module__, kind.__name__) == (__name__, "ManifestFinder")


def _installed() -> ManifestFinder:
    # Return the one on ``sys.meta_path``, in the place of what an earlier import put there.
    others = [finder for finder in sys.meta_path if is_ours(finder)]
    if len(others) == 1 and type(others[0]) is ManifestFinder:
        return others[0]
    finder = ManifestFinder()
    for other in others:
        finder.references += other.references
        finder.before_stock = finder.before_stock or other.before_stock
    sys.meta_path[:] = [finder, *(one for one in sys.meta_path if not is_ours(one))]
    return finder


def _show(act: Callable[[Any], Any]) -> Any:
    # Act on what ``pkg_resources`` shows; raise nothing into an import of it.
    try:
        from sentry_modules import working_set  # PyInstaller's bundles have none

        return act(working_set)
    except Exception:  # noqa: BLE001 - whoever raises here raises again when asked in turn
        return None


def _is_about_other_places(context: DistributionFinder.Context | None) -> bool:
    # Whether a search names its own path, which is not where the application runs.
    path = getattr(context, "path", None)
    if path is None or path is sys.path:
        return False
    # It can be an iterator, which is not to be used up here.
    return not isinstance(path, (list, tuple)) or [*path] != sys.path


def _real(context: DistributionFinder.Context | None) -> Iterator[Distribution]:
    # Find what the other finders find; one that raises will raise for its caller, not here.
    for finder in list(sys.meta_path):
        yield from _ask(finder, context)


def _ask(finder: object, context: DistributionFinder.Context | None) -> Iterator[Distribution]:
    try:
        find = None if is_ours(finder) else getattr(finder, "find_distributions", None)
        if find is not None:
            yield from find() if context is None else find(context)
    except Exception:  # noqa: BLE001 - as above
        return
