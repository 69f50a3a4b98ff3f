"""Follows an analysis of PyInstaller, and adds a manifest of what it collected."""

import importlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeAlias

from hatch_sentry_modules import layout, runtime_package
from hatch_sentry_modules.bundlers import bundle_manifest

Contents: TypeAlias = list[tuple[str, str, str]]
"""A table of contents: name in the bundle, path, and kind of each entry."""


class Graph(Protocol):
    """What is used of PyInstaller's module graph; ``path`` is its module search path."""

    path: list[str]

    def make_pure_toc(self) -> Contents:
        """List the modules that are Python."""

    def make_binaries_toc(self) -> Contents:
        """List the modules that are extensions."""


class Analysis(Protocol):
    """What is used of an analysis; ``inputs`` are the program's scripts.

    ``custom_runtime_hooks`` are the application's own, which run before all others.

    https://pyinstaller.org/en/stable/spec-files.html#spec-file-operation
    """

    graph: Graph
    excludes: list[str]
    inputs: list[str]
    noarchive: bool
    custom_runtime_hooks: list[str]
    binaries: Contents
    datas: Contents
    tocfilename: str


class ModuleHook(Protocol):
    """What the hook of a module is given.

    https://pyinstaller.org/en/stable/hooks.html#the-hook-hook-api-function
    """

    analysis: Analysis

    def add_imports(self, *names: str) -> None:
        """Collect modules as if the hooked one imported them."""

    def set_module_collection_mode(self, name: str, mode: str) -> None:
        """Set whether a module goes in as bytecode, as its source, or as both."""


class PlaceHook(Protocol):
    """What the hook of a module's place is given, before the module is looked for.

    https://pyinstaller.org/en/stable/hooks.html#the-pre-find-module-path-pfmp-api-method
    """

    module_graph: Graph
    search_dirs: list[str]


log = logging.getLogger(__name__)

MODULE = Path(layout.FILE_NAME).stem
"""The generated module; excluding it (``--exclude-module``) switches all of this off."""

_LOADER = str(Path("PyInstaller", "fake-modules"))
"""Where PyInstaller keeps modules that only its own run-time hooks use."""

_FIRST = str(Path(__file__).parent / "rthooks" / "pyi_rth_sentry_modules_first.py")
"""The run-time hook that goes before those of an application, if it has any."""

_ANALYSES: dict[Graph, Analysis] = {}
"""The analysis of each graph: a hook for a module's place is given the graph alone."""


def add_runtime_package(hook_api: ModuleHook) -> None:
    """Ask for the run-time package in an analysis that has found the SDK."""
    analysis = hook_api.analysis
    if not {MODULE, runtime_package.PACKAGE} & {*analysis.excludes}:
        _ANALYSES[analysis.graph] = analysis
        if analysis.custom_runtime_hooks:
            analysis.custom_runtime_hooks = [_FIRST, *analysis.custom_runtime_hooks]
        hook_api.add_imports(runtime_package.PACKAGE)
        # The source goes in too, so that the bundle can be inspected unexecuted. Without an archive
        # it goes in alone: all programs of a spec file have their bytecode in one folder.
        mode = "py" if analysis.noarchive else "pyz+py"
        hook_api.set_module_collection_mode(MODULE, mode)


def offer_runtime_package(hook_api: PlaceHook) -> None:
    """Let the copy of the run-time package be found behind everything that is installed."""
    hook_api.search_dirs = [*hook_api.search_dirs, str(runtime_package.folder())]


def write_manifest(hook_api: PlaceHook) -> None:
    """Write the module into the work folder, once all else is collected, and say where it is."""
    analysis = _ANALYSES.get(hook_api.module_graph)
    if analysis is None:
        return
    # They are all in by now, and PyInstaller compares the list with that of the next build.
    analysis.custom_runtime_hooks = [h for h in analysis.custom_runtime_hooks if h != _FIRST]
    packages, paths = dict(_packages(analysis)), analysis.graph.path
    text = bundle_manifest.generate(_files(analysis), paths, packages, log.warning)
    if text is not None:
        folder = Path(analysis.tocfilename).with_suffix(".sentry-modules")
        folder.mkdir(exist_ok=True)
        (folder / layout.FILE_NAME).write_text(text, encoding="ascii", newline="\n")
        importlib.invalidate_caches()
        hook_api.search_dirs = [str(folder)]


def _files(analysis: Analysis) -> Iterator[str]:
    yield from analysis.inputs
    modules = [*analysis.graph.make_pure_toc(), *analysis.graph.make_binaries_toc()]
    for _, path, _ in (*modules, *analysis.binaries, *analysis.datas):
        if path and _LOADER not in path:
            yield path


def _packages(analysis: Analysis) -> Iterator[tuple[str, str]]:
    yield "", str(Path(analysis.inputs[0]).parent)
    for name, path, _ in analysis.graph.make_pure_toc():
        if path and Path(path).stem == "__init__":
            yield name, str(Path(path).parent)
