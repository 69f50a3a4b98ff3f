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
from typing import Iterable, NamedTuple

from sentry_modules.load import Reference, load
from sentry_modules.manifest import Manifest, UnusableManifestError, normalize

_METADATA = (".dist-info", ".egg-info")


class Verdict(NamedTuple):
    """A manifest, or ``None``, whether it is authoritative, and why, in words for a log line."""

    manifest: Manifest | None
    is_authoritative: bool
    why: str


class Bundle:
    """Which manifest is meant by a caller, and, once somebody asked, what came of it.

    Two that mean the same are equal. No lock is held while the manifest loads: threads that ask
    at the same time may each load it, and all find the same.
    """

    def __init__(self, reference: Reference, places: tuple[str, ...], authority: str) -> None:
        self._key = (reference, places if reference is None else (), authority)
        self._verdict: Verdict | None = None
        self._judging: set[int] = set()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bundle) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def verdict(self) -> Verdict:
        """Load the manifest and decide, once; every later call gives the same answer."""
        if self._verdict is not None:
            return self._verdict
        thread = threading.get_ident()
        if thread in self._judging:  # the generated module asks for a version, or captures
            return Verdict(None, False, "the manifest is being loaded")
        self._judging.add(thread)
        try:
            self._verdict = _judge(*self._key)
        finally:
            self._judging.discard(thread)
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
    return Verdict(manifest, *_decide(manifest))


def _decide(manifest: Manifest) -> tuple[bool, str]:
    """Decide whether the manifest is authoritative, the cheapest questions first, and say why."""
    if _is_frozen(manifest):
        return True, "the application is frozen"
    if not manifest.project:
        return True, "the manifest names no project"
    if _is_kept(manifest) or _is_editable(manifest):
        return False, f"the metadata of {manifest.project} is in place"
    return True, f"the metadata of {manifest.project} is not beside the manifest"


def _is_frozen(manifest: Manifest) -> bool:
    """Look for the marks of PyInstaller, cx_Freeze and py2app, and for Nuitka's."""
    main = vars(sys.modules.get("__main__", sys))
    return (
        bool(getattr(sys, "frozen", False))
        or hasattr(sys, "_MEIPASS")
        or manifest.is_compiled
        or "__compiled__" in main
    )


def _is_kept(manifest: Manifest) -> bool:
    """Tell whether the project's metadata directory lies beside its import package."""
    return any(
        normalize(entry[: -len(".dist-info")].partition("-")[0]) == manifest.project
        for entry in _metadata_beside(manifest)
    )


def _metadata_beside(manifest: Manifest) -> list[str]:
    """List the metadata directories in the folder or archive that holds the import package."""
    root = manifest.root
    if root is None:
        return []
    if isinstance(manifest.loader, zipimport.zipimporter):
        return _metadata_in_archive(manifest.loader.archive, root)
    try:
        entries = os.listdir(root or os.curdir)  # noqa: PTH208 - pathlib costs more than the load
    except OSError:
        return []
    return [entry for entry in entries if entry.endswith(_METADATA)]


def _metadata_in_archive(archive: str, root: str) -> list[str]:
    """List those in a zip file from the directory that its importer has in memory already.

    Reading the directory again takes 80 ms for five thousand files. The cache is private, but the
    same in every version of Python; if it goes, an archive counts as stripped.
    """
    files: Iterable[str] = getattr(zipimport, "_zip_directory_cache", {}).get(archive, ())
    inner = root[len(archive) :].strip(os.sep)
    start = len(inner) + len(os.sep) if inner else 0
    entries = {
        file[start:].partition(os.sep)[0]
        for file in files
        if "-info" in file and file.startswith(inner)
    }
    return [entry for entry in entries if entry.endswith(_METADATA)]


def _is_editable(manifest: Manifest) -> bool:
    """Tell whether the manifest lies in the source tree of an editable install (PEP 610)."""
    root = manifest.root
    if root is None or not any(
        os.path.exists(os.path.join(root, above, "pyproject.toml"))  # noqa: PTH110, PTH118 - as above
        for above in ("", os.pardir)
    ):
        return False
    from importlib.metadata import distributions

    texts = (found.read_text("direct_url.json") for found in distributions(name=manifest.project))
    return any(json.loads(text).get("dir_info", {}).get("editable") for text in texts if text)
