"""Decides who is believed: the manifest, or live metadata.

The manifest is authoritative when the application is stripped: it runs from an executable that a
freezer made, or the project's own metadata is not beside the manifest. An ordinary install (shiv
and pex too) keeps that metadata, and live metadata is then what the stock integration reports.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import zipimport
from typing import Collection

from sentry_modules.load import Reference, load
from sentry_modules.manifest import Manifest, UnusableManifestError, normalize


class Verdict:
    """A manifest, or ``None``, whether it is authoritative, and why, in words for a log line."""

    def __init__(self, manifest: Manifest | None, is_authoritative: bool, why: str) -> None:
        self.manifest = manifest
        self.is_authoritative = is_authoritative
        self.why = why


class Bundle:
    """Which manifest is meant by a caller, and, once somebody asked, what came of it.

    Two with the same ``key`` mean the same. No lock is held while the manifest loads: threads that
    ask at the same time may each load it, and all find the same.
    """

    def __init__(self, reference: Reference, places: tuple[str, ...], authority: str) -> None:
        self.key = (reference, places if reference is None else (), authority)
        self._verdict: Verdict | None = None
        # Not a set of thread numbers: a forked child uses those of its parent's threads again.
        self._thread = threading.local()

    def verdict(self) -> Verdict:
        """Load the manifest and decide, once; every later call gives the same answer."""
        if self._verdict is not None:
            return self._verdict
        if getattr(self._thread, "is_judging", False):  # the module asks for a version, or captures
            return Verdict(None, False, "the manifest is being loaded")
        self._thread.is_judging = True
        try:
            self._verdict = _judge(*self.key)
        finally:
            self._thread.is_judging = False
        return self._verdict


def _judge(reference: Reference, places: tuple[str, ...], authority: str) -> Verdict:
    try:
        manifest = load(reference, places)
    except UnusableManifestError as error:
        return Verdict(None, False, str(error))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a broken manifest can raise even SystemExit
        return Verdict(None, False, f"the generated module raises {type(error).__name__}")
    if authority in ("manifest", "metadata"):
        return Verdict(manifest, authority == "manifest", f"authority={authority!r}")
    is_authoritative, why = _decide(manifest)
    return Verdict(manifest, is_authoritative, why)


def _decide(manifest: Manifest) -> tuple[bool, str]:
    # Decide whether the manifest is authoritative, the cheapest questions first, and say why.
    if _is_frozen(manifest):
        return True, "the application is frozen"
    if not manifest.project:
        return True, "the manifest names no project"
    if manifest.root is not None and _is_in_place(manifest.project, manifest.root, manifest.loader):
        return False, f"the metadata of {manifest.project} is in place"
    return True, f"the metadata of {manifest.project} is not beside the manifest"


def _is_frozen(manifest: Manifest) -> bool:
    # Look for the marks of PyInstaller, cx_Freeze and py2app, and for Nuitka's.
    main = getattr(sys.modules.get("__main__"), "__dict__", {})
    return (
        bool(getattr(sys, "frozen", False))
        or hasattr(sys, "_MEIPASS")
        or manifest.is_compiled
        or "__compiled__" in main
    )


def _is_in_place(project: str, root: str, loader: object) -> bool:
    # Tell whether ``root`` holds the project's metadata, or is the source tree of its install.
    #
    # The importers have the listing of a folder in memory already, and that of an archive, under
    # private names that are the same in every version of Python. Without it a folder is listed
    # anew, and an archive, which takes 80 ms to list for five thousand files, counts as stripped.
    # So does a folder inside an archive: ``importlib.metadata`` finds nothing there.
    if isinstance(loader, zipimport.zipimporter):
        paths = getattr(zipimport, "_zip_directory_cache", {}).get(loader.archive, ())
        return root == loader.archive and _is_kept(project, paths)
    entries: Collection[str] = getattr(sys.path_importer_cache.get(root), "_path_cache", ())
    entries = entries or _list(root or os.curdir)
    return _is_kept(project, entries) or _is_editable(project, entries, root)


def _list(folder: str) -> Collection[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - a Path costs more
    except OSError:
        return ()


def _is_kept(project: str, paths: Collection[str]) -> bool:
    # Tell whether the project's metadata directory, or a file in it, is among the paths.
    if "-info" not in "\n".join(paths):  # one pass over thousands finds that there is none
        return False
    return any(
        normalize(entry.rpartition(".")[0].partition("-")[0]) == project
        for entry in {path.partition(os.sep)[0] for path in paths}
        if entry.endswith((".dist-info", ".egg-info"))
    )


def _is_editable(project: str, entries: Collection[str], root: str) -> bool:
    # Tell whether ``root`` is the source tree of an editable install (PEP 610), or its ``src``.
    if root.endswith(f"{os.sep}src"):
        entries = _list(f"{root}{os.sep}{os.pardir}")
    if "pyproject.toml" not in entries:
        return False
    from importlib.metadata import distributions

    try:
        texts = [found.read_text("direct_url.json") for found in distributions(name=project)]
        return any(json.loads(text)["dir_info"]["editable"] for text in texts if text)
    except Exception:  # noqa: BLE001 - another tool's metadata, or another package's finder
        return False
