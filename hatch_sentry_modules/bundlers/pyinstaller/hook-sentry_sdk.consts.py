# ruff: noqa: N999 - PyInstaller finds a module's hook by this file name
"""Brings the run-time package into each application that has the SDK.

Only one hook of a module runs, and ``sentry_sdk`` has one in pyinstaller-hooks-contrib; the SDK
imports this module always.
"""

from hatch_sentry_modules.bundlers.pyinstaller import analysis

hook = analysis.add_runtime_package
