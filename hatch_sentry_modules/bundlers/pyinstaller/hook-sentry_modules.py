# ruff: noqa: N999 - PyInstaller finds a module's hook by this file name
"""Leaves out of a bundle what the run-time package has for other applications alone.

It imports these where the application is not frozen. ``analysis`` brings the last one back.
"""

excludedimports = [
    "sentry_modules.beyond",
    "sentry_modules.miss",
    "sentry_modules.places",
    "sentry_modules.running",
    "sentry_modules.working_set",
]
