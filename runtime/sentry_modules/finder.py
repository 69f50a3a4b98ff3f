"""Makes ``importlib.metadata`` find the distributions of a stripped application.

Sentry's framework integrations ask it for versions when they are set up, and stay off without an
answer. It serves the whole process, so it speaks only where a manifest is authoritative, and steps
aside for a real distribution of the same version.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable, Iterator, Sequence

from sentry_modules.authority import Bundle
from sentry_modules.load import candidates, package_of_caller
from sentry_modules.manifest import normalize

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from importlib.metadata import Distribution, DistributionFinder
    from types import ModuleType

    from sentry_modules.load import Reference
    from sentry_modules.manifest import Manifest


_STOCK = "sentry_sdk.integrations.modules"  # imported for the first client that has it
_LISTING = "pkg_resources"  # it asks no finder, but lists what is installed when it is imported


class ManifestFinder:
    """The object on ``sys.meta_path``: it finds distributions and never a module.

    It comes first, for the version that the manifest names has to win over the host's.
    ``before_stock`` is called once, when the SDK's stock integration is looked for.
    """

    def __init__(self) -> None:
        self.bundles: list[Bundle] = []
        self.before_stock: Callable[[], None] | None = None
        self._is_asking = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find no module of its own: the import system asks every finder for each one."""
        if name == _STOCK and self.before_stock is not None:
            call, self.before_stock = self.before_stock, None
            call()
        if name == _LISTING and not self._is_asking:
            return self._find_listing(path, target)
        return None

    def _find_listing(self, path: Any, target: Any) -> ModuleSpec | None:
        # Find ``pkg_resources`` as the others do, and have it told of the manifests.
        self._is_asking = True  # the others can ask all finders as well
        try:
            from sentry_modules.working_set import find

            return find(_LISTING, path, target, then=self.tell_listing)
        except Exception:  # noqa: BLE001 - whoever raises here raises again when asked in turn
            return None
        finally:
            self._is_asking = False

    def tell_listing(self) -> None:
        """Have ``pkg_resources`` know the manifests; raise nothing into an import of it."""
        try:
            from sentry_modules import working_set

            working_set.serve(self._manifests())
        except Exception:  # noqa: BLE001, S110 - it goes on without them
            pass

    def _manifests(self) -> list[Manifest]:
        # Give the manifests that are authoritative, in the order of their installation.
        verdicts = [bundle.verdict() for bundle in list(self.bundles)]
        return [v.manifest for v in verdicts if v.manifest and v.is_authoritative]

    def find_distributions(
        self, context: DistributionFinder.Context | None = None
    ) -> Iterator[Distribution]:
        """Find what the manifests know better than the finders behind; raise nothing."""
        try:
            return iter(self._find(context))
        except Exception:  # noqa: BLE001 - sentry_sdk.init() would raise it
            return iter(())

    def _find(self, context: DistributionFinder.Context | None) -> Sequence[Distribution]:
        name = getattr(context, "name", None)
        key = None if name is None else normalize(name)
        manifests = self._manifests()
        if key is not None:
            manifests = [m for m in manifests if m.aliases.get(key, key) in m.modules]
        if not manifests or _is_about_other_places(context):
            return []
        from sentry_modules.distribution import freeze

        return freeze(manifests, key, _real(context), is_first_only=_is_first_only(context))


FINDER = ManifestFinder()


def install(manifest: Reference = None) -> None:
    """Let ``importlib.metadata`` find what the manifest lists, where the application is stripped.

    ``manifest`` is the generated module or its dotted name; without it, it is looked for in the
    import package of the caller, at the top level and in the package of ``__main__``, once a
    version is asked for. Installing again changes nothing; nothing is raised.
    """
    register(Bundle(manifest, candidates(package_of_caller()), "auto"))


def activate(manifest: ModuleType | str) -> None:
    """Have every client that would send the stock list send what the manifest lists instead.

    For an application that knows nothing of it. ``manifest`` is the generated module or its dotted
    name, and authoritative: whoever activates it has decided that. Versions are found as after
    ``install``. Nothing of the SDK is imported here: the application may do so late, in part or
    never. The first manifest that is activated counts; nothing is raised.
    """
    bundle = register(Bundle(manifest, (), "manifest"))
    if _STOCK in sys.modules:
        _take_place(bundle)
    elif FINDER.before_stock is None:
        FINDER.before_stock = lambda: _take_place(bundle)


def uninstall() -> None:
    """Take the finder away again, with everything that was installed."""
    FINDER.bundles.clear()
    FINDER.before_stock = None
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not FINDER]
    if _LISTING in sys.modules:
        from sentry_modules import working_set

        working_set.withdraw()


def register(bundle: Bundle) -> Bundle:
    """Put the finder in place for a bundle; give the one like it that came first, if any."""
    if not any(finder is FINDER for finder in sys.meta_path):  # "in" would run their code
        sys.meta_path.insert(0, FINDER)
    for known in list(FINDER.bundles):
        if known.key == bundle.key:
            return known
    FINDER.bundles.append(bundle)
    if _LISTING in sys.modules:
        FINDER.tell_listing()
    return bundle


def _take_place(bundle: Bundle) -> None:
    try:
        from sentry_modules.integration import FrozenModulesIntegration, serve_every_client

        ours = FrozenModulesIntegration(bundle.key[0], authority="manifest")
        serve_every_client(ours, lambda: bundle in FINDER.bundles)
    except Exception:  # noqa: BLE001, S110 - an SDK that is older, or broken, reports as it can
        pass


def _is_about_other_places(context: DistributionFinder.Context | None) -> bool:
    # Tell whether a search names its own path, which is not where the application runs.
    path = getattr(context, "path", None)
    return path is not None and path is not sys.path and list(path) != sys.path


def _is_first_only(context: DistributionFinder.Context | None) -> bool:
    # Tell whether who asks drops a second distribution of one name, and its entry points.
    #
    # ``importlib.metadata.entry_points`` does since Python 3.10, and the backport always did.
    return sys.version_info >= (3, 10) or type(context).__module__ != "importlib.metadata"


def _real(context: DistributionFinder.Context | None) -> Iterator[Distribution]:
    # Find what the other finders find; one that raises will raise for its caller, not here.
    for finder in list(sys.meta_path):
        yield from _ask(finder, context)


def _ask(finder: object, context: DistributionFinder.Context | None) -> Iterator[Distribution]:
    try:
        find = getattr(finder, "find_distributions", None)
        if find is not None and not isinstance(finder, ManifestFinder):
            yield from find() if context is None else find(context)
    except Exception:  # noqa: BLE001 - as above
        return
