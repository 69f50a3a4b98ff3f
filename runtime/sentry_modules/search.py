"""Finds the application's manifest, whoever asks for it."""

# Near places come first: the import packages of the callers, that of ``__main__`` and the top
# level. Only where they have nothing, every import package on the path is looked at.

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Union

from sentry_modules.load import run
from sentry_modules.manifest import MODULE, Manifest, UnusableManifestError

if TYPE_CHECKING:
    from sentry_modules.places import Place

    Look = Callable[[list[Manifest], list[Place], bool], list[Manifest]]

    # A generated module itself: its name, its two constants and its file. It can be pickled.
    Given = tuple[str, str, tuple[bool, ...], Union[str, None]]

    # What a user names: the generated module, its dotted name or its import package, or nothing.
    Reference = Union[Given, str, None]

_TOOLS = ("importlib", "runpy", "sentry_modules", "sentry_sdk")


def refer(manifest: ModuleType | str | None) -> Reference:
    """Return what a user names in a form that can be compared and pickled."""
    if manifest is None or type(manifest) is str:
        return manifest or None  # ``__package__`` is empty in a module at the top level
    if not isinstance(manifest, ModuleType):
        return type(manifest).__name__  # nothing is called so, and the warning says it
    names = vars(manifest)
    text, applies, file = (names.get(name) for name in ("MANIFEST", "APPLIES", "__file__"))
    if type(text) is not str:  # a package, or one that only an import fills
        return str(names.get("__name__"))
    verdicts = tuple(one is True for one in applies) if type(applies) is list else ()
    return (str(names.get("__name__")), text, verdicts, file if type(file) is str else None)


def callers() -> tuple[str, tuple[str, ...]]:
    """Return the module of the nearest caller, and the import packages of all."""
    # Not of the nearest alone: it may be a set-up library, which has no manifest, or its own.
    nearest = ""
    packages: dict[str, None] = {}
    frame: Any = sys._getframe(1)
    while frame is not None:
        package, name = _package_of(frame.f_globals), frame.f_globals.get("__name__")
        if package.partition(".")[0] not in _TOOLS:
            # With ``-m`` the module is called otherwise than its package.
            is_main = name in ("__main__", "__mp_main__")
            nearest = nearest or (package if is_main else "") or str(name)
            packages[package] = None
        frame = frame.f_back
    return nearest, tuple(filter(None, packages))


def find(
    reference: Reference, packages: Iterable[str], places: list[Place], look: Look | None
) -> Manifest:
    """Read the manifest that a reference means, or else the application's own."""
    # ``look`` is what looks beyond the near places, given what was found there, and whether that
    # was named.
    # Raises ``UnusableManifestError``; any other exception is a passing fault.
    if isinstance(reference, tuple):
        name, text, applies, file = reference
        given = {"MANIFEST": text, "APPLIES": [*applies], "__file__": file}
        names, found = [name], [Manifest(name, given)]
    elif reference is not None:
        is_generated = reference.rpartition(".")[2] == MODULE
        names = [reference] if is_generated else [f"{reference}.{MODULE}", reference]
        found = load_all(names)[:1]
    else:
        around = [name for package in (*packages, package_of_main()) for name in _around(package)]
        names = [*dict.fromkeys(around), MODULE]
        found = load_all(names)
    if look is not None:
        found = look(found, places, reference is not None)
        names += ["every import package on sys.path"] if reference is None else []
    return _choose(found, names)


def load_all(names: Iterable[str]) -> list[Manifest]:
    """Return the manifests that there are; where all are broken, the first says why."""
    found, faults = [], []
    for name in names:
        try:
            namespace = run(name)
            if namespace is not None:
                found.append(Manifest(name, namespace))
        except UnusableManifestError as error:  # noqa: PERF203 - there are few
            faults.append(error)
    if faults and not found:
        raise faults[0]
    return found


def _choose(found: list[Manifest], looked_for: list[str]) -> Manifest:
    # Of several the application's own counts: the one whose project no other lists.
    if not found:
        raise UnusableManifestError(f"no manifest was found in {', '.join(looked_for)}")
    for manifest in found:
        others = (other for other in found if other.project != manifest.project)
        if not any(other.name_of(manifest.project) for other in others):
            return manifest
    return found[0]


def _package_of(namespace: Mapping[str, Any]) -> str:
    parent = getattr(namespace.get("__spec__"), "parent", None)
    package = namespace.get("__package__") if parent is None else parent
    return package if isinstance(package, str) else ""


def package_of_main() -> str:
    """Return the import package that the program was started in, if it is one."""
    return _package_of(getattr(sys.modules.get("__main__"), "__dict__", {}))


def _around(package: str) -> Iterable[str]:
    while package:
        yield f"{package}.{MODULE}"
        package = package.rpartition(".")[0]
