"""Shows ``pkg_resources`` what was decided, where an application still has it."""

# It asks no finder: when it is imported it reads all there is into one list, the working set, from
# which the SDK before 1.28.1 takes its own.

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, Iterable

from sentry_modules.manifest import normalize

if TYPE_CHECKING:
    from sentry_modules.decision import Decision

_ENTRY = "<sentry-modules>"  # where the working set has them from: no folder's name
_HIDDEN: dict[str, Any] = {}  # by key, what was there before, or nothing


def find(name: str, path: Any, target: Any, then: Callable[[], None]) -> ModuleSpec | None:
    """Find a module as an import would, and call ``then`` once it is there."""
    # For a finder that answers ``None`` when it is asked again meanwhile; ``then`` raises nothing.
    for finder in list(sys.meta_path):
        find_spec = getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = find_spec and find_spec(name, path, target)
        if spec is not None:
            if hasattr(spec.loader, "exec_module"):  # not from an archive before Python 3.10
                spec.loader = _Loader(spec.loader, then)  # type: ignore[assignment] # it will do
            return spec
    return None


class _Loader:
    # Stands in for a loader until it has loaded its module.

    def __init__(self, loader: Any, then: Callable[[], None]) -> None:
        self._loader = loader
        self._then = then

    def __getattr__(self, name: str) -> Any:
        # For whoever asks for the source, and does not import; a copy has nothing at first.
        return getattr(object.__getattribute__(self, "_loader"), name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then()


def serve(decisions: Iterable[Decision]) -> None:
    """Add what was decided and the working set does not have in the same version."""
    # The first manifest that lists a name counts; entry points and files of a real distribution in
    # another version stay. By hand, since ``WorkingSet.add`` would change ``sys.path`` as well.
    module: Any = sys.modules["pkg_resources"]
    working_set = module.working_set
    counting = [(d, d.manifest) for d in decisions if d.manifest is not None]
    if not counting:
        return
    listed = working_set.entry_keys.setdefault(_ENTRY, [])
    if _ENTRY not in working_set.entries:
        working_set.entries.append(_ENTRY)
        _HIDDEN.clear()  # it is a new one
    known = {normalize(key): found for key, found in list(working_set.by_key.items())}
    for decision, manifest in counting:
        for name, version in decision.of(manifest.modules).items():
            form = normalize(name)
            real = known.get(form)
            if form in _HIDDEN or _version(real) == version:
                continue
            place, provider = (real.location, real._provider) if real else (manifest.root, None)
            own = real.project_name if real else name
            if real is None:
                listed.append(module.safe_name(name).lower())
            # A dot in a name is no hyphen to pkg_resources, and a lock file has only hyphens.
            for spelling in dict.fromkeys((own, form, form.replace("-", "."))):  # mostly one
                frozen = module.Distribution(place, provider, spelling, version)
                _HIDDEN.setdefault(frozen.key, working_set.by_key.get(frozen.key))
                working_set.by_key[frozen.key] = frozen


def withdraw() -> None:
    """Leave the working set as it would be without the manifests."""
    working_set = getattr(sys.modules["pkg_resources"], "working_set", None)
    if working_set is None:  # its import has failed half-way
        return
    for key, real in _HIDDEN.items():
        if real is None:
            working_set.by_key.pop(key, None)  # others may have changed it since
        else:
            working_set.by_key[key] = real
    working_set.entry_keys.pop(_ENTRY, None)
    if _ENTRY in working_set.entries:
        working_set.entries.remove(_ENTRY)
    _HIDDEN.clear()


def _version(real: Any) -> str | None:
    try:
        version: str = real.version
    except Exception:  # noqa: BLE001 - there is none, or its metadata is broken
        return None
    return version
