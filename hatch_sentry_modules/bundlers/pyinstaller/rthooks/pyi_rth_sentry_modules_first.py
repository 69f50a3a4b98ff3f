"""Runs before an application's own run-time hooks, which can send events too.

The manifest is named, since PyInstaller follows an import before it is made.
"""


def _pyi_rthook() -> None:
    try:
        from sentry_modules import activate
    except ImportError:  # --exclude-module
        return
    activate("_sentry_modules")


_pyi_rthook()
del _pyi_rthook
