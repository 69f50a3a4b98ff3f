"""Follows an analysis of PyInstaller, and adds a manifest of what it collected.

PyInstaller has no types. What its hooks are given: https://pyinstaller.org/en/stable/hooks.html
"""

import importlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatch_sentry_modules import layout, runtime_package
from hatch_sentry_modules.bundlers import bundle_manifest

log = logging.getLogger(__name__)

_LOADER = str(Path("PyInstaller", "fake-modules"))
"""Where PyInstaller keeps modules that only its own run-time hooks use."""

_FIRST = str(Path(__file__).parent / "rthooks" / "pyi_rth_sentry_modules_first.py")
"""The run-time hook that goes before those of an application, if it has any."""

_ANALYSES: dict[Any, Any] = {}
"""The analysis of each module graph: a hook for a module's place is given the graph alone."""


def add_runtime_package(hook_api: Any) -> None:
    """Ask for the run-time package in an analysis that has found the SDK."""
    analysis = hook_api.analysis
    own = Path(analysis.inputs[0]).parent / layout.FILE_NAME
    # Excluding one of them (``--exclude-module``) switches all of this off.
    is_off = {layout.MODULE, runtime_package.PACKAGE} & {*analysis.excludes}
    # The run-time hook would import a module of the program.
    if not is_off and not bundle_manifest.is_taken(own, log.warning):
        _ANALYSES[analysis.graph] = analysis
        if analysis.custom_runtime_hooks:
            analysis.custom_runtime_hooks = [_FIRST, *analysis.custom_runtime_hooks]
        hook_api.add_imports(runtime_package.PACKAGE)
        # The source goes in too, so that the bundle can be inspected unexecuted. Without an archive
        # it goes in alone: all programs of a spec file have their bytecode in one folder.
        mode = "py" if analysis.noarchive else "pyz+py"
        hook_api.set_module_collection_mode(layout.MODULE, mode)


def offer_runtime_package(hook_api: Any) -> None:
    """Let the copy of the run-time package be found behind everything that is installed."""
    hook_api.search_dirs = [*hook_api.search_dirs, str(runtime_package.folder())]


def write_manifest(hook_api: Any) -> None:
    """Write the module into the work folder, once all else is collected, and say where it is."""
    analysis = _ANALYSES.get(hook_api.module_graph)
    if analysis is None:
        return
    # They are all in by now, and PyInstaller compares the list with that of the next build.
    analysis.custom_runtime_hooks = [h for h in analysis.custom_runtime_hooks if h != _FIRST]
    modules, paths = dict(_modules(analysis)), analysis.graph.path
    text = bundle_manifest.generate(_files(analysis), paths, modules, log.warning)
    # A list that serves for nothing but to see that a file has changed since the last build.
    sources = sorted(map(str, bundle_manifest.sources(paths, modules)))
    getattr(analysis, "_modules_outside_pyz", []).extend((f, f, "DATA") for f in sources)
    if text is not None:
        folder = Path(analysis.tocfilename).with_suffix(".sentry-modules")
        folder.mkdir(exist_ok=True)
        (folder / layout.FILE_NAME).write_text(text, encoding="ascii", newline="\n")
        importlib.invalidate_caches()
        hook_api.search_dirs = [str(folder)]


def _files(analysis: Any) -> Iterator[str]:
    yield from analysis.inputs
    yield from (path for _, path in _modules(analysis))
    for _, path, _ in (*analysis.binaries, *analysis.datas):
        if path:
            yield path


def _modules(analysis: Any) -> Iterator[tuple[str, str]]:
    for name, path, _ in (*analysis.graph.make_pure_toc(), *analysis.graph.make_binaries_toc()):
        if path not in {"", "-"} and _LOADER not in path:  # a namespace package has no file
            yield name.removesuffix(".__init__"), path  # so named where it is an extension
    yield "__main__", analysis.inputs[0]
