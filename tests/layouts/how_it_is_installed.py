"""Layouts that keep metadata, that hold an injected manifest, or that have none at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.command_line import run
from tests.layouts.application import (
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
    write_project,
)
from tests.layouts.distributions import Distribution, archive, install
from tests.layouts.layout import Layout

OF_PACKAGE = ("-m", "acme")


def ordinary_install(place: Path) -> Layout:
    """Install everything into the host, as pip does."""
    del place
    return Layout(arguments=OF_PACKAGE, host=(application(), *needed()), is_stock=True)


def ordinary_install_and_settings(place: Path) -> Layout:
    """Install a wheel of two import packages, of which the other one starts Sentry."""
    own = application({"config/__init__.py": "", "config/settings.py": START})
    start = ("-c", f"import config.settings\n{REPORT}")
    del place
    return Layout(arguments=start, host=(own, *needed()), is_stock=True)


def ordinary_install_and_script(place: Path) -> Layout:
    """Start an installed application from a script in some other folder."""
    place.mkdir()
    (place / "job.py").write_text(f"{START}\n{REPORT}", encoding="utf-8")
    arguments = (str(place / "job.py"),)
    return Layout(arguments=arguments, host=(application(), *needed()), is_stock=True)


def ordinary_install_without_manifest(place: Path) -> Layout:
    """Install an application that was built without the hook."""
    del place
    host = (_without_manifest(), *needed())
    return Layout(arguments=OF_PACKAGE, host=host, is_stock=True)


def ordinary_install_with_an_exclusion(place: Path) -> Layout:
    """Install an application whose configuration keeps names off every event."""
    del place
    host = (_excluding(), *needed())
    names = frozenset({"gamma-lib", "nsp-one", "nsp-two", "nsp-three"})
    return Layout(arguments=OF_PACKAGE, host=host, is_stock=True, excluded=names)


def slim_folder_with_an_exclusion(place: Path) -> Layout:
    """Ship a slim folder of an application whose configuration keeps names off every event."""
    folder = install(place, (_excluding(), *needed()), "")
    names = frozenset({"gamma-lib", "nsp-one", "nsp-two"})
    return Layout(arguments=OF_PACKAGE, path=(folder,), excluded=names)


def _excluding() -> Distribution:
    head = '[tool.sentry-modules]\nexclude = ["Gamma_*", "nsp.*"]'
    return application({"acme/_sentry_modules.py": manifest(head=head)})


def editable_install(place: Path) -> Layout:
    """Install the source tree in place; a frozen manifest of another day lies in it."""
    return _editable(place, application())


def editable_install_without_manifest(place: Path) -> Layout:
    """Install the source tree in place, where no build ever put a manifest."""
    return _editable(place, _without_manifest())


def _editable(place: Path, own: Distribution) -> Layout:
    source = install(place / "src", (own,), "")
    (place / "pyproject.toml").write_text(f'[project]\nname = "{PROJECT}"\n', encoding="utf-8")
    direct = f'{{"url": "{place.as_uri()}", "dir_info": {{"editable": true}}}}'
    pointer = {"_acme.pth": f"{source}\n"}
    installed = Distribution(
        name=PROJECT, version=VERSION, files=pointer, more_metadata={"direct_url.json": direct}
    )
    return Layout(arguments=OF_PACKAGE, host=(installed, *needed()), is_stock=True)


def editable_dependency_on_the_host(place: Path) -> Layout:
    """Ship the application alone to a host that has a library installed in place."""
    other = libraries(3)[-1]
    source = install(place / "library", (other,), "")
    direct = f'{{"url": "{source.as_uri()}", "dir_info": {{"editable": true}}}}'
    pointer = Distribution(
        name=other.name,
        version=other.version,
        files={"_same_name.pth": f"{source}\n"},
        more_metadata={"direct_url.json": direct},
    )
    folder = install(place / "app", (application(),), "")
    host = (pointer, *libraries(3)[:-1], *sdk())
    return Layout(arguments=OF_PACKAGE, path=(folder,), host=host)


def folder_with_metadata(place: Path) -> Layout:
    """Keep the metadata in a folder, as shiv and pex unpack theirs, and start it from there."""
    folder = install(place / "site-packages", (application(), *needed()))
    start = f"import sys\nsys.path.insert(0, {str(folder)!r})\nimport acme.run\n{REPORT}"
    (place / "bootstrap.py").write_text(start, encoding="utf-8")
    return Layout(arguments=(str(place / "bootstrap.py"),), is_stock=True)


def archive_with_metadata(place: Path) -> Layout:
    """Keep the metadata in an archive on the path."""
    folder = install(place / "all", (application(), *needed()))
    return Layout(arguments=OF_PACKAGE, path=(archive(folder, place / "all.zip"),), is_stock=True)


def application_alone_with_its_metadata(place: Path) -> Layout:
    """Unpack the application's wheel alone, with its metadata; the host has its dependencies."""
    folder = install(place, (application(),))
    host = (*libraries(3), *sdk())
    return Layout(arguments=OF_PACKAGE, path=(folder,), host=host, is_stock=True)


def handler_file_beside_metadata(place: Path) -> Layout:
    """Keep the metadata in a folder whose handler file starts Sentry."""
    folder = install(place, (application({"handler.py": START}), *needed()))
    start = ("-c", f"import handler\n{REPORT}")
    return Layout(arguments=start, path=(folder,), is_stock=True)


def injected_over_the_wheels_own(place: Path) -> Layout:
    """Inject into a folder whose application brings an older manifest of its own."""
    folder = _with_old_manifest(place)
    _inject(folder)
    _strip(folder)
    return Layout(arguments=OF_PACKAGE, path=(folder,))


def injected_into_an_archive(place: Path) -> Layout:
    """Inject into an archive whose application brings an older manifest of its own."""
    folder = _with_old_manifest(place / "all")
    _strip(folder)
    (folder / "__main__.py").write_text(f"import acme.run\n{REPORT}", encoding="utf-8")
    packed = archive(folder, place / "all.pyz")
    project = write_project(place / "project", locked())
    _inject(packed, "--source", project / "uv.lock")
    return Layout(arguments=(str(packed),))


def injected_beside_a_handler_file(place: Path) -> Layout:
    """Inject into a folder that was never a wheel, whose handler file starts Sentry."""
    own = _without_manifest()
    own = replace(own, files={**own.files, "handler.py": START})
    folder = _copied(install(place, (own, *needed())))
    _inject(folder)
    _strip(folder)
    start = ("-c", f"import handler\n{REPORT}")
    return Layout(arguments=start, path=(folder,), named="_sentry_modules")


def _with_old_manifest(folder: Path) -> Path:
    old = manifest([(name, "0.1") for name, _ in locked()], version="4.0.0")
    own = application({"acme/_sentry_modules.py": old})
    return _copied(install(folder, (own, *needed())))


def _copied(folder: Path) -> Path:
    """Put copies in the place of links: what leads out of a folder is nothing to inject into."""
    for link in [path for path in folder.iterdir() if path.is_symlink()]:
        source = link.resolve()
        link.unlink()
        shutil.copytree(source, link)
    return folder


def _inject(artifact: Path, *options: str | Path) -> None:
    result = run("inject", artifact, *options)
    assert result.exit_code == 0, result.output


def _strip(folder: Path) -> None:
    for info in folder.glob("*.dist-info"):
        for file in info.iterdir():
            file.unlink()
        info.rmdir()


def no_manifest_at_all(place: Path) -> Layout:
    """Ship a slim folder that was built without the hook."""
    folder = install(place, (_without_manifest(), *needed()), "")
    return Layout(arguments=OF_PACKAGE, path=(folder,), is_stock=True, warnings=1)


def no_manifest_in_an_archive_alone(place: Path) -> Layout:
    """Ship an application alone, built without the hook; the host has its dependencies."""
    folder = install(place / "app", (_without_manifest(),), "")
    packed = archive(folder, place / "app.zip")
    host = (*libraries(3), *sdk())
    return Layout(arguments=OF_PACKAGE, path=(packed,), host=host, is_stock=True, warnings=1)


def broken_manifest(place: Path) -> Layout:
    """Ship a slim folder whose manifest was cut off."""
    text = manifest()[:200]
    folder = install(place, (application({"acme/_sentry_modules.py": text}), *needed()), "")
    return Layout(arguments=OF_PACKAGE, path=(folder,), is_stock=True, warnings=1)


def _without_manifest() -> Distribution:
    own = application()
    files = {path: text for path, text in own.files.items() if "_sentry_modules" not in path}
    return replace(own, files=files)


HOW: tuple[Callable[[Path], Layout], ...] = (
    ordinary_install,
    ordinary_install_and_settings,
    ordinary_install_and_script,
    ordinary_install_without_manifest,
    ordinary_install_with_an_exclusion,
    slim_folder_with_an_exclusion,
    editable_install,
    editable_install_without_manifest,
    editable_dependency_on_the_host,
    folder_with_metadata,
    archive_with_metadata,
    application_alone_with_its_metadata,
    handler_file_beside_metadata,
    injected_over_the_wheels_own,
    injected_into_an_archive,
    injected_beside_a_handler_file,
    no_manifest_at_all,
    no_manifest_in_an_archive_alone,
    broken_manifest,
)
