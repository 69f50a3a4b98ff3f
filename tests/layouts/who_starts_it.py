"""Layouts that differ in whose code starts Sentry, and in where the manifest is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.layouts.application import (
    AS_FUNCTION,
    PROJECT,
    REPORT,
    START,
    VERSION,
    application,
    libraries,
    locked,
    manifest,
    needed,
    sdk,
)
from tests.layouts.distributions import Distribution, archive, install, library
from tests.layouts.layout import Layout

Files = dict[str, str]


def slim(place: Path, files: Files, start: str, more: tuple[Distribution, ...] = ()) -> Layout:
    """Lay out a slim folder with more files in it, and start it as a server would."""
    folder = install(place, (application(files), *needed(), *more), "")
    return Layout(arguments=("-c", f"{start}\n{REPORT}"), path=(folder,))


def settings_package(place: Path) -> Layout:
    """Start Sentry in a package of settings that lies beside the application's in its wheel."""
    files = {"config/__init__.py": "", "config/settings.py": START}
    return slim(place, files, "import config.settings")


def settings_package_in_an_archive(place: Path) -> Layout:
    """Start Sentry in a package of settings, from an archive."""
    files = {"config/__init__.py": "", "config/settings.py": START}
    folder = install(place / "all", (application(files), *needed()), "")
    start = ("-c", f"import config.settings\n{REPORT}")
    return Layout(arguments=start, path=(archive(folder, place / "all.zip"),))


def settings_of_an_application_alone(place: Path) -> Layout:
    """Start Sentry in a package of settings, where the host has the dependencies."""
    files = {"config/__init__.py": "", "config/settings.py": START}
    folder = install(place, (application(files),), "")
    host = (*libraries(3), *sdk())
    return Layout(arguments=("-c", f"import config.settings\n{REPORT}"), path=(folder,), host=host)


def handler_file(place: Path) -> Layout:
    """Start Sentry in a handler file at the top, as ``lambda_function.py`` is."""
    return slim(place, {"lambda_function.py": START}, "import lambda_function")


def handler_file_of_an_archive(place: Path) -> Layout:
    """Start Sentry in ``wsgi.py`` at the top of an archive."""
    folder = install(place / "all", (application({"wsgi.py": START}), *needed()), "")
    packed = archive(folder, place / "all.zip")
    return Layout(arguments=("-c", f"import wsgi\n{REPORT}"), path=(packed,))


def script_at_the_top(place: Path) -> Layout:
    """Run ``main.py`` at the top of the folder."""
    install(place, (application({"main.py": f"{START}\nimport acme\n{REPORT}"}), *needed()), "")
    return Layout(arguments=(str(place / "main.py"),))


def own_init_module(place: Path) -> Layout:
    """Start Sentry in the ``__init__.py`` of the application, while it is being imported."""
    files = {"acme/__init__.py": f"__version__ = {VERSION!r}\n{START}"}
    return slim(place, files, "import acme")


def set_up_library(place: Path) -> Layout:
    """Have a library of the company start Sentry, called by the application."""
    files = {"acme/run.py": "import company_setup\ncompany_setup.start()\n"}
    return slim(place, files, "import acme.run", (_set_up(),))


def set_up_library_called_from_outside(place: Path) -> Layout:
    """Have a library of the company start Sentry, called by a launcher of the platform."""
    return slim(place, {}, "import company_setup\ncompany_setup.start()", (_set_up(),))


def set_up_library_with_a_manifest(place: Path) -> Layout:
    """Have a library start Sentry that was built with a manifest of its own."""
    theirs = [(one.name, one.version) for one in (*libraries(1)[:2], *sdk())]
    setup = _set_up(manifest(theirs, "company-setup", "7.0"))
    files = {
        "acme/run.py": "import company_setup\ncompany_setup.start()\n",
        "acme/_sentry_modules.py": manifest([*locked(), (setup.name, setup.version)]),
    }
    listed = (application(), *needed(), setup)
    return replace(slim(place, files, "import acme.run", (setup,)), listed=listed)


def _set_up(own: str = "") -> Distribution:
    text = f"__version__ = '7.0'\n{AS_FUNCTION}"
    files = {"company_setup/__init__.py": text}
    if own:
        files["company_setup/_sentry_modules.py"] = own
    imports = ("company_setup",)
    return Distribution(name="company-setup", version="7.0", files=files, imports=imports)


def libraries_with_manifests(place: Path) -> Layout:
    """Have a handler file start Sentry where two libraries carry manifests of their own."""
    left = library("aaa-first", "8.0", "aaa_first")
    right = library("zzz-last", "8.1", "zzz_last")
    two = [
        replace(one, files={**one.files, f"{one.imports[0]}/_sentry_modules.py": text})
        for one, text in (
            (left, manifest([("alpha-lib", "0.1")], left.name, left.version)),
            (right, manifest([("alpha-lib", "0.2")], right.name, right.version)),
        )
    ]
    names = [(one.name, one.version) for one in two]
    own = {"acme/_sentry_modules.py": manifest([*locked(), *names]), "handler.py": START}
    listed = (application(), *needed(), *two)
    return replace(slim(place, own, "import handler", tuple(two)), listed=listed)


def namespace_of_the_company(place: Path) -> Layout:
    """Keep the application in a namespace package, and start Sentry in a handler file."""
    own = {
        "acme_corp/shop/__init__.py": f"__version__ = {VERSION!r}\n",
        "acme_corp/shop/_sentry_modules.py": manifest(),
        "handler.py": START,
    }
    shop = Distribution(name=PROJECT, version=VERSION, files=own, imports=("acme_corp.shop",))
    folder = install(place, (shop, *needed()), "")
    start = ("-c", f"import handler\n{REPORT}")
    return Layout(arguments=start, path=(folder,), named="acme_corp.shop", listed=(shop, *needed()))


def manifest_at_the_top(place: Path) -> Layout:
    """Freeze to the top of a folder that was never a wheel."""
    own = {
        "acme/__init__.py": f"__version__ = {VERSION!r}\n",
        "acme/run.py": START,
        "_sentry_modules.py": manifest(),
    }
    app = Distribution(name=PROJECT, version=VERSION, files=own, imports=("acme",))
    folder = install(place, (app, *needed()), "")
    start = ("-c", f"import acme.run\n{REPORT}")
    return Layout(arguments=start, path=(folder,), named="_sentry_modules")


WHO: tuple[Callable[[Path], Layout], ...] = (
    settings_package,
    settings_package_in_an_archive,
    settings_of_an_application_alone,
    handler_file,
    handler_file_of_an_archive,
    script_at_the_top,
    own_init_module,
    set_up_library,
    set_up_library_called_from_outside,
    set_up_library_with_a_manifest,
    libraries_with_manifests,
    namespace_of_the_company,
    manifest_at_the_top,
)
