# ruff: noqa: N999 - PyInstaller finds a module's hook by this file name
"""Leaves out of a bundle what the run-time package needs only elsewhere.

The last one has ``pkg_resources`` list the manifest, which PyInstaller's own hook replaces.
"""

excludedimports = [
    "sentry_modules.beyond",
    "sentry_modules.miss",
    "sentry_modules.places",
    "sentry_modules.running",
    "sentry_modules.working_set",
]
