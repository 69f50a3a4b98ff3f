# ruff: noqa: N999 - PyInstaller finds a module's hook by this file name
"""Brings the run-time package in: the SDK always imports this module, which has no other hook."""

from hatch_sentry_modules.bundlers.pyinstaller import analysis

hook = analysis.add_runtime_package
