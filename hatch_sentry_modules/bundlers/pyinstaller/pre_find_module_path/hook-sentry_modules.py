"""Adds the place of the run-time package where it is not installed."""

from hatch_sentry_modules.bundlers.pyinstaller.analysis import (
    offer_runtime_package as pre_find_module_path,
)

__all__ = ["pre_find_module_path"]
