"""Layouts that differ in where the application's code and that of its dependencies lie."""

from __future__ import annotations

import compileall
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.layouts.application import REPORT, application, libraries, needed, sdk
from tests.layouts.distributions import Distribution, archive, install
from tests.layouts.layout import Layout

START = ("-m", "acme")


def slim_folder(place: Path) -> Layout:
    """Lay everything out in one folder without metadata."""
    return Layout(arguments=START, path=(install(place, (application(), *needed()), ""),))


def slim_folder_before_imports(place: Path) -> Layout:
    """Send the first event before anything is imported."""
    return replace(slim_folder(place), is_early=True)


def slim_archive(place: Path) -> Layout:
    """Put everything into one archive on the path, without metadata."""
    folder = install(place / "all", (application(), *needed()), "")
    return Layout(arguments=START, path=(archive(folder, place / "all.zip"),))


def slim_archive_before_imports(place: Path) -> Layout:
    """Send the first event from an archive before anything is imported."""
    return replace(slim_archive(place), is_early=True)


def zipapp(place: Path) -> Layout:
    """Start a zipapp whose ``__main__.py`` imports the application."""
    folder = install(place / "all", (application(), *needed()), "")
    (folder / "__main__.py").write_text(f"import acme.run\n{REPORT}", encoding="utf-8")
    return Layout(arguments=(str(archive(folder, place / "acme.pyz")),))


def archive_without_folders(place: Path) -> Layout:
    """Put everything into an archive that lists no folders, so that the host's can be imported."""
    folder = install(place / "all", (application(), *needed()), "")
    packed = archive(folder, place / "all.zip", lists_folders=False)
    return Layout(arguments=START, path=(packed,))


def folder_in_an_archive(place: Path) -> Layout:
    """Put a folder inside an archive on the path."""
    folder = install(place / "all", (application(), *needed()), "")
    packed = archive(folder, place / "all.zip", "python/lib/")
    return Layout(arguments=START, path=(packed / "python" / "lib",))


def bytecode_only(place: Path) -> Layout:
    """Compile a slim folder in place and remove the sources."""
    folder = install(place, (application(), *libraries(2)), "")
    compileall.compile_dir(folder, legacy=True, quiet=1)
    for source in folder.rglob("*.py"):
        source.unlink()
    install(folder, sdk(), "")
    return Layout(arguments=START, path=(folder,))


def behind_a_link(place: Path) -> Layout:
    """Reach a slim folder through a symbolic link, with a slash at its end."""
    install(place / "all", (application(), *needed()), "")
    (place / "current").symlink_to("all")
    return Layout(arguments=START, path=(f"{place}/current/",))


def application_alone_in_a_folder(place: Path) -> Layout:
    """Ship the application alone; the host has all else, mostly in other versions."""
    folder = install(place, (application(),), "")
    return Layout(arguments=START, path=(folder,), host=_of_the_host())


def application_alone_in_an_archive(place: Path) -> Layout:
    """Ship the application alone in an archive, as to a cluster's workers."""
    folder = install(place / "app", (application(),), "")
    packed = archive(folder, place / "app.zip")
    return Layout(arguments=START, path=(packed,), host=_of_the_host())


def application_alone_before_imports(place: Path) -> Layout:
    """Ship the application alone, and send the first event before anything is imported."""
    return replace(application_alone_in_an_archive(place), is_early=True)


def host_with_egg_info(place: Path) -> Layout:
    """Ship the application alone to a host whose metadata is egg-info, as Debian's is."""
    return replace(application_alone_in_an_archive(place), host_metadata="egg-info")


def library_of_the_image(place: Path) -> Layout:
    """Leave out of the slim folder what the runtime image provides, as with boto3."""
    shipped = [one for one in libraries(2) if one.name not in _IMAGE]
    folder = install(place, (application(), *shipped, *sdk()), "")
    image = tuple(one for one in libraries(3) if one.name in _IMAGE)
    return Layout(arguments=START, path=(folder,), host=image)


_IMAGE = ("alpha-lib", "Beta.Core", "gamma_lib")


def layer_with_metadata(place: Path) -> Layout:
    """Put some libraries into a layer that keeps its metadata, in other versions."""
    first, second = libraries(2)[:3], libraries(3)[3:]
    function = install(place / "function", (application(), *first), "")
    layer = install(place / "layer", (*second, *sdk()))
    return Layout(arguments=START, path=(function, layer))


def layer_without_metadata(place: Path) -> Layout:
    """Put some libraries into a layer without metadata, in the versions of the lock file."""
    function = install(place / "function", (application(), *libraries(2)[:3]), "")
    layer = install(place / "layer", (*libraries(2)[3:], *sdk()), "")
    return Layout(arguments=START, path=(function, layer))


def several_archives(place: Path) -> Layout:
    """Put three archives on the path, of which one keeps its metadata."""
    parts = (
        ("app", (application(), *libraries(2)[:2]), ""),
        ("slim", (*libraries(2)[2:4], *sdk()), ""),
        ("kept", libraries(3)[4:], "dist-info"),
    )
    archives = [
        archive(install(place / name, shipped, kind), place / f"{name}.zip")
        for name, shipped, kind in parts
    ]
    return Layout(arguments=START, path=tuple(archives))


def namespace_package_in_two_places(place: Path) -> Layout:
    """Split a namespace package between a slim archive and the host."""
    shipped = [one for one in libraries(2) if one.name != "nsp-two"]
    folder = install(place / "app", (application(), *shipped, *sdk()), "")
    (other,) = (one for one in libraries(3) if one.name == "nsp-two")
    return Layout(arguments=START, path=(archive(folder, place / "app.zip"),), host=(other,))


def folder_of_the_host_first(place: Path) -> Layout:
    """Put a folder of the host before the archive: its code is what Python imports."""
    first = install(place / "host", libraries(3)[1:5])
    folder = install(place / "app", (application(), *needed()), "")
    return Layout(arguments=START, path=(first, archive(folder, place / "app.zip")))


def plugins_of_the_host_first(place: Path) -> Layout:
    """Put a folder with a few newer libraries and their metadata before the slim folder."""
    first = install(place / "plugins", libraries(3)[:2])
    folder = install(place / "app", (application(), *needed()), "")
    return Layout(arguments=START, path=(first, folder), is_early=True)


def folder_for_each_distribution(place: Path) -> Layout:
    """Put each library into a folder of its own, with its metadata, as Bazel does."""
    own = install(place / "own", (application(),), "")
    each = [install(place / one.name, (one,)) for one in (*libraries(3), *sdk())]
    return Layout(arguments=START, path=(own, *each))


def slim_folder_for_each_distribution(place: Path) -> Layout:
    """Put each library into a folder of its own, without metadata."""
    each = [install(place / one.name, (one,), "") for one in (application(), *needed())]
    return Layout(arguments=START, path=tuple(each))


def libraries_below_a_script(place: Path) -> Layout:
    """Have a script at the top put ``lib`` on the path itself."""
    install(place, (application(),), "")
    install(place / "lib", needed(), "")
    lines = "import os, sys\nsys.path.insert(1, os.path.join(os.path.dirname(__file__), 'lib'))\n"
    (place / "main.py").write_text(f"{lines}import acme.run\n{REPORT}", encoding="utf-8")
    return Layout(arguments=(str(place / "main.py"),))


def leftover_metadata_on_the_host(place: Path) -> Layout:
    """Ship the application alone to a host that kept the metadata of older versions."""

    def leave(site: Path) -> None:
        for one in libraries(1):
            install(site, [replace(one, files={})])

    packed = archive(install(place / "app", (application(),), ""), place / "app.zip")
    host = needed()
    return Layout(arguments=START, path=(packed,), host=host, prepare=leave)


def _of_the_host() -> tuple[Distribution, ...]:
    """Return the SDK and all libraries, of which one has the version of the lock file."""
    return (*libraries(3)[1:], libraries(2)[0], *sdk())


WHERE: tuple[Callable[[Path], Layout], ...] = (
    slim_folder,
    slim_folder_before_imports,
    slim_archive,
    slim_archive_before_imports,
    zipapp,
    archive_without_folders,
    folder_in_an_archive,
    bytecode_only,
    behind_a_link,
    application_alone_in_a_folder,
    application_alone_in_an_archive,
    application_alone_before_imports,
    host_with_egg_info,
    leftover_metadata_on_the_host,
    library_of_the_image,
    layer_with_metadata,
    layer_without_metadata,
    several_archives,
    namespace_package_in_two_places,
    folder_of_the_host_first,
    plugins_of_the_host_first,
    folder_for_each_distribution,
    slim_folder_for_each_distribution,
    libraries_below_a_script,
)
