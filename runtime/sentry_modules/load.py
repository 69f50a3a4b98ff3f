"""Finds the generated module and runs it, without the import system's locks.

An event can be captured in a thread while the application's package is still being imported by
another thread that waits for it: an import here would wait for ever. So the module is found and
executed as an import would, but no package around it is imported and ``sys.modules`` is only read.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import Any, Iterable, Mapping, Union

from sentry_modules.manifest import Manifest, UnusableManifestError

MODULE = "_sentry_modules"
"""What the generated module is called, in an import package or at the top level."""

Reference = Union[ModuleType, str, None]
"""What a user gives: the generated module, its dotted name, or nothing."""


def package_of_caller() -> str:
    """Name the import package of the nearest caller outside this one; empty at the top level."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__")):
        frame = frame.f_back
    return _package_of(frame.f_globals)


def candidates(package: str) -> tuple[str, ...]:
    """Name the generated modules that a caller in the import package ``package`` may mean.

    In the packages around the caller, the nearest first; at the top level; around ``__main__``.
    """
    main = _package_of(getattr(sys.modules.get("__main__"), "__dict__", {}))
    return tuple(dict.fromkeys((*_around(package), MODULE, *_around(main))))


def load(reference: Reference, places: Iterable[str]) -> Manifest:
    """Read the manifest that ``reference`` means, or else the first one there is in ``places``.

    Raises ``UnusableManifestError``, or whatever the code of a broken module raises.
    """
    if isinstance(reference, ModuleType):
        return Manifest(reference.__name__, _copy(reference))
    for name in places if reference is None else (reference, f"{reference}.{MODULE}"):
        namespace = _run(name)
        if namespace is not None:
            return Manifest(name, namespace)
    raise UnusableManifestError("no generated module was found")


def _is_ours(name: object) -> bool:
    return isinstance(name, str) and name.partition(".")[0] == __name__.partition(".")[0]


def _package_of(namespace: Mapping[str, Any]) -> str:
    parent = getattr(namespace.get("__spec__"), "parent", None)
    package = namespace.get("__package__") if parent is None else parent
    return package if isinstance(package, str) else ""


def _around(package: str) -> Iterable[str]:
    while package:
        yield f"{package}.{MODULE}"
        package = package.rpartition(".")[0]


def _run(name: str) -> Mapping[str, Any] | None:
    # Give the globals of a module; ``None`` where there is none, or a package.
    module = sys.modules.get(name)
    if module is not None:
        spec = getattr(module, "__spec__", None)
        if getattr(spec, "submodule_search_locations", None) is not None:
            return None
        if not getattr(spec, "_initializing", False):
            return _copy(module)
    return _run_beside(name) or _run_found(name)


def _run_beside(name: str) -> Mapping[str, Any] | None:
    # Run the source file that lies beside an imported package's own, if it does.
    #
    # Knowing where it is halves the time: no finder is asked, and no folder listed.
    package, _, last = name.rpartition(".")
    spec: ModuleSpec | None = getattr(sys.modules.get(package), "__spec__", None)
    if spec is None or type(spec.loader) is not SourceFileLoader or spec.origin is None:
        return None
    file = f"{spec.origin.rpartition(os.sep)[0]}{os.sep}{last}.py"
    loader = SourceFileLoader(name, file)
    try:
        code = loader.get_code(name)
    except OSError:
        return None
    return _execute(name, file, loader, code)


def _run_found(name: str) -> Mapping[str, Any] | None:
    # Run the module that the finders find.
    spec = _find(name)
    if spec is None or spec.loader is None or spec.submodule_search_locations is not None:
        return None
    get_code = getattr(spec.loader, "get_code", None)
    code = None if get_code is None else get_code(name)
    if code is None:  # compiled to machine code, as by Nuitka: only an import can run it
        return _copy(importlib.import_module(name))
    return _execute(name, spec.origin, spec.loader, code)


def _execute(name: str, file: str | None, loader: object, code: Any) -> Mapping[str, Any]:
    namespace = {"__name__": name, "__file__": file, "__loader__": loader}
    exec(code, namespace)  # noqa: S102 - the same as importing it
    return namespace


def _copy(module: ModuleType) -> Mapping[str, Any]:
    # Copy the globals of a module that others can change.
    return dict(vars(module))


def _find(name: str) -> ModuleSpec | None:
    # Find a module as ``importlib.util.find_spec`` does, but import no package on the way.
    package = name.rpartition(".")[0]
    path = _path_of(package) if package else None
    if package and path is None:
        return None
    for finder in list(sys.meta_path):
        try:
            find_spec = getattr(finder, "find_spec", None)
            spec = None if find_spec is None else find_spec(name, path)
        except (Exception, SystemExit):  # noqa: BLE001, S112 - the next one may know it
            continue
        if isinstance(spec, ModuleSpec):
            return spec
    return None


def _path_of(package: str) -> Any | None:
    module = sys.modules.get(package)
    if module is not None:
        return getattr(module, "__path__", None)
    spec = _find(package)
    return None if spec is None else spec.submodule_search_locations
