"""Loads the build backend that ``[tool.sentry-modules]`` names, as a build frontend would."""

import sys
from functools import reduce
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hatch_sentry_modules import config as configuration
from hatch_sentry_modules.errors import ConfigError
from hatch_sentry_modules.reading import read_toml

WRAPPER = "hatch_sentry_modules.backend"


def configured(root: Path) -> configuration.Config:
    """Read the table that names the backend."""
    return configuration.read(read_toml(root / "pyproject.toml"))


def load(root: Path, hook: str | None = None) -> Any:
    """Import the backend and return the object that has its hooks, and ``hook`` among them.

    https://peps.python.org/pep-0517/#source-trees tells what ``build-backend`` and
    ``backend-path`` mean. Raises ``FreezeError`` where the configuration is wrong, and
    ``ImportError`` where it names no backend that can be imported.
    """
    config = configured(root)
    if config.build_backend is None:
        remedy = "Name the backend that does the building, for instance 'uv_build'"
        raise _error("build-backend", "is missing", remedy)
    name, _, attributes = config.build_backend.partition(":")
    if name == WRAPPER:
        raise _error("build-backend", "names the wrapper itself", "Name the backend in it")
    folders = [str((root / folder).resolve()) for folder in config.backend_path]
    sys.path[:0] = [folder for folder in folders if folder not in sys.path]
    module = _import(name)
    origin = Path(module.__file__ or "").resolve()
    if folders and not any(origin.is_relative_to(folder) for folder in folders):
        fault = f"{name!r} was not found there, but elsewhere"
        raise _unavailable(_error("backend-path", fault, "Name the folder that holds it"))
    try:
        backend = reduce(getattr, filter(None, attributes.split(".")), module)
    except AttributeError as error:
        raise _error("build-backend", f"{name!r} has no {error.name!r}", "Mend the name") from None
    if hook and not hasattr(backend, hook):
        fault = f"{config.build_backend!r} is no build backend: it has no {hook!r}"
        remedy = "Take its name from its documentation, such as 'hatchling.build'"
        raise _error("build-backend", fault, remedy)
    return backend


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # What the backend itself fails to import is not a mistake in this table.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        fault = f"{name!r} cannot be imported"
        remedy = "Mend the name, or add its distribution to build-system.requires"
        raise _unavailable(_error("build-backend", fault, remedy)) from None


def _unavailable(error: ConfigError) -> ImportError:
    # Some frontends show the exception's last line, others what was printed before it.
    print(f"error: {error}", file=sys.stderr)
    return ImportError(str(error))


def _error(key: str, fault: str, remedy: str) -> ConfigError:
    place = f"{configuration.TABLE}.{key}"
    return ConfigError(file="pyproject.toml", place=place, fault=fault, remedy=remedy)
