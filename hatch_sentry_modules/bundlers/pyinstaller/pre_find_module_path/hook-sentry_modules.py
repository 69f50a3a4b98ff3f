"""Adds the place of the run-time package where it is not installed."""

from hatch_sentry_modules.bundlers.pyinstaller import analysis

pre_find_module_path = analysis.offer_runtime_package
