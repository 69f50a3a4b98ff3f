# ruff: noqa: N999 - PyInstaller finds a module's hook by this file name
"""Leaves out of a bundle what the run-time package has for other applications alone.

It imports the first ones where the application is not frozen. The last one shows ``pkg_resources``
what was decided, but PyInstaller's own run-time hook has that list anew what it finds itself.
"""

excludedimports = [
    "sentry_modules.beyond",
    "sentry_modules.miss",
    "sentry_modules.places",
    "sentry_modules.running",
    "sentry_modules.working_set",
]
