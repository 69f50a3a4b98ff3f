"""Runs the generated module of a name, without the import system's locks."""

# An event can be captured in a thread while the application's package is still being imported by
# another thread that waits for it: an import here would wait for ever. So the module is found and
# executed as an import would, but no package around it is imported, and ``sys.modules`` only read.

from __future__ import annotations

import importlib
import os
import sys
import zlib
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any, Mapping
from zipimport import ZipImportError, zipimporter

from sentry_modules.manifest import MODULE, UnusableManifestError, is_stack_full


def run(name: str) -> Mapping[str, Any] | None:
    """Return the globals of a module; ``None`` where there is none, or a package."""
    # Raises ``UnusableManifestError`` for one that never runs. Any other exception is not the
    # module's fault: the next time may be better.
    module = sys.modules.get(name)
    if module is not None:
        spec = getattr(module, "__spec__", None)
        if getattr(spec, "submodule_search_locations", None) is not None:
            return None
        # What a user named can be the very module that asks: it is not to run twice.
        if not (getattr(spec, "_initializing", False) and name.rpartition(".")[2] == MODULE):
            return vars(module)
    return _run_beside(name) or _run_found(name)


def _run_beside(name: str) -> Mapping[str, Any] | None:
    # Run the module that lies beside an imported package's own file, if it does.
    #
    # Knowing where it is halves the time: no finder is asked, no folder listed, and no module in
    # an archive unpacked twice.
    package, _, last = name.rpartition(".")
    spec: ModuleSpec | None = getattr(sys.modules.get(package), "__spec__", None)
    if spec is None or spec.origin is None or spec.submodule_search_locations is None:
        return None
    folder = spec.origin.rpartition(os.sep)[0]
    file = f"{folder}{os.sep}{last}.py"
    kind: Any = type(spec.loader)
    if kind is SourceFileLoader:
        return _execute(name, file, SourceFileLoader(name, file))
    if kind is zipimporter:
        with suppress(ZipImportError):  # the archive is gone
            return _execute(name, file, zipimporter(folder))
    return None


def _run_found(name: str) -> Mapping[str, Any] | None:
    # Run the module that the finders find.
    spec = _find(name)
    if spec is None or spec.loader is None or spec.submodule_search_locations is not None:
        return None
    if hasattr(spec.loader, "get_code"):
        namespace = _execute(name, spec.origin, spec.loader)
        if namespace is not None:
            return namespace
    return _import(name)  # compiled to machine code, as by Nuitka: only an import can run it


def _execute(name: str, file: str | None, loader: Any) -> Mapping[str, Any] | None:
    namespace = {"__name__": name, "__file__": file, "__loader__": loader}
    try:
        code = loader.get_code(name)
        if code is None:
            return None
        if "__pyarmor__" in code.co_names:  # it fills the module that it finds in ``sys.modules``
            return _import(name)
        exec(code, namespace)  # noqa: S102 - the same as importing it
    except (FileNotFoundError, ZipImportError):
        return None
    except UnusableManifestError:
        raise
    except BaseException as error:
        if _is_passing(error, namespace):
            raise
        raise UnusableManifestError(f"{name} raises {type(error).__name__}") from None
    return namespace


def _import(name: str) -> Mapping[str, Any]:
    try:
        return vars(importlib.import_module(name))
    except ImportError as error:
        raise UnusableManifestError(f"{name} raises {type(error).__name__}") from None


def _is_passing(error: BaseException, namespace: Mapping[str, Any]) -> bool:
    # Whether it is not the module that raises: no memory, a signal's handler, another's time-out.
    if isinstance(error, RecursionError):
        return is_stack_full()
    if type(error) is MemoryError and sys.version_info < (3, 9):
        return False  # that parser's word for text which is nested too deeply
    if type(error) is OSError and not error.errno:
        return False  # of an archive that is damaged
    if isinstance(error, (KeyboardInterrupt, MemoryError, OSError)):
        return not isinstance(error, PermissionError)
    if isinstance(error, (SyntaxError, ImportError, EOFError, ValueError, zlib.error)):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is None or trace.tb_frame.f_globals is not namespace


def _find(name: str) -> ModuleSpec | None:
    # Find a module as ``importlib.util.find_spec`` does, but import no package on the way.
    #
    # What stands on the path comes first, so that no other finder can keep it away.
    package = name.rpartition(".")[0]
    path = _path_of(package) if package else None
    if package and path is None:
        return None
    for finder in (PathFinder, *(one for one in list(sys.meta_path) if one is not PathFinder)):
        try:
            find_spec = getattr(finder, "find_spec", None)
            spec = None if find_spec is None else find_spec(name, path)
        except (MemoryError, RecursionError, OSError):
            raise
        except Exception:  # noqa: BLE001, S112 - the next one may know it
            continue
        if isinstance(spec, ModuleSpec):
            return spec
    return None


def _path_of(package: str) -> Any | None:
    module = sys.modules.get(package)
    if module is not None:
        return getattr(module, "__path__", None)
    spec = _find(package)
    if spec is not None:
        locations = spec.submodule_search_locations
        return getattr(locations, "_path", locations)  # a namespace asks for its parent's module
    parent, _, last = package.rpartition(".")
    # So a namespace inside a namespace is not found where that was not imported.
    return [f"{entry}{os.sep}{last}" for entry in (_path_of(parent) or ())] if parent else None
