"""Warns once, in Python's log, that neither manifest nor metadata was found."""

from __future__ import annotations

import logging
import os
import sys
from types import ModuleType

from sentry_modules.manifest import MODULE, normalize
from sentry_modules.places import Place, on_path
from sentry_modules.running import is_editable

_ASKED: set[str] = set()


def say(why: str, module: str) -> None:
    """Warn, but for an ordinary or editable install of the application; raise nothing.

    ``module`` is a module or import package of the application, or empty for a script's.
    """
    top = (_name_of_main() if module == "__main__" else module).partition(".")[0]
    if top in _ASKED:
        return
    _ASKED.add(top)
    try:
        if not is_installed(top):
            logging.getLogger("sentry_modules").warning(
                "%s, and the application has no metadata: events list what importlib.metadata"
                " finds. Build the application with hatch-sentry-modules, or write the module:"
                " sentry-modules freeze -o %s, in the application's top folder. If another"
                " import package holds it, name that: FrozenModulesIntegration('package')",
                why,
                _target(top),
            )
    except Exception:  # noqa: BLE001, S110 - a handler can raise, and so can an odd importer
        pass


def _target(top: str) -> str:
    # In a package; beside a script, a handler's file or a worker's module, which can hold no other.
    module = sys.modules.get(top)
    is_package = top != MODULE and (module is None or bool(getattr(module, "__path__", ())))
    return f"{top}/{MODULE}.py" if top and is_package else f"{MODULE}.py"


def is_installed(top: str) -> bool:
    """Whether a top-level module is of an ordinary or editable install, or a checkout of one."""
    return owner(top) is not None


def owner(top: str) -> str | None:
    """Return the normalized name of the installed distribution that a top-level module is of."""
    root = _root(top)
    if root is None:
        return None
    known = [(place, form, folder) for place in on_path() for form, _, folder in place.metadata()]
    # What bears its name spares reading what can be hundreds of files.
    if any(form == normalize(top) for _, form, _ in known):
        return normalize(top)
    for place, form, folder in known:
        is_beside = place.entry == root and _holds(place, folder, top)
        if is_beside or is_editable(place, folder, root):
            return form
    return None


def _name_of_main() -> str:
    # With ``-m`` a program has a name besides.
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return str(getattr(spec, "name", "__main__"))


def _root(top: str) -> str | None:
    # Return the folder or archive that a top-level module was imported from.
    module = sys.modules.get("__main__" if top == _name_of_main() else top)
    if not isinstance(module, ModuleType) or top == "__main__":
        return None
    path = list(getattr(module, "__path__", ())) or [vars(module).get("__file__")]
    return path[0].rpartition(os.sep)[0] if path and type(path[0]) is str else None


def _holds(place: Place, folder: str, top: str) -> bool:
    lines = f"\n{place.read(f'{folder}/RECORD')}\n{place.read(f'{folder}/top_level.txt')}\n"
    return any(f"\n{top}{end}" in lines for end in ("/", ".py,", "\n"))
