"""Activates the manifest in the frozen application, before its own code runs."""


def _pyi_rthook() -> None:
    try:
        import _sentry_modules  # type: ignore[import-not-found] # made for each bundle
        from sentry_modules import activate
    except Exception:  # noqa: BLE001 - excluded, or an edited one: the application starts anyway
        return
    activate(_sentry_modules)


_pyi_rthook()
del _pyi_rthook
