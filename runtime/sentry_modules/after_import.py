"""Does something when a module has been imported, which no interface of the language offers."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Callable


def find(name: str, path: Any, target: Any, then: Callable[[], None]) -> ModuleSpec | None:
    """Find a module as the import would, but have ``then`` called once it is there.

    To be called by a finder on ``sys.meta_path`` that answers ``None`` to a second question for
    the same name. ``then`` raises nothing. The module and its spec show their own loader.
    """
    for finder in list(sys.meta_path):
        find_spec = getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = None if find_spec is None else find_spec(name, path, target)
        if spec is not None:
            if spec.loader is not None:
                spec.loader = _Follower(spec.loader, then)  # type: ignore[assignment] # it will do
            return spec
    return None


class _Follower:
    """Stands in for a loader until it has loaded its module."""

    def __init__(self, loader: Any, then: Callable[[], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        create = getattr(self._loader, "create_module", None)
        module: ModuleType | None = None if create is None else create(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Load the module; the loader of archives has no such method before Python 3.10."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        if hasattr(self._loader, "exec_module"):
            self._loader.exec_module(module)
        else:
            exec(self._loader.get_code(module.__name__), vars(module))  # noqa: S102 - an import
        self._then()
