"""Runs in the frozen application before its own code: metadata is answered from the manifest."""


def _pyi_rthook() -> None:
    try:
        import _sentry_modules  # type: ignore[import-not-found] # made for each bundle
        from sentry_modules import install
    except ImportError:  # --exclude-module
        return
    install(_sentry_modules)


_pyi_rthook()
del _pyi_rthook
