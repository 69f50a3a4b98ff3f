"""The folders and archives on ``sys.path``, as their importers know them already.

An importer has the listing of its folder, or of its archive, in memory, under private names that
are the same in every version of Python. Without a listing a folder is listed anew.
"""

from __future__ import annotations

import os
import stat
import sys
import zipimport
from contextlib import suppress
from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES, PathFinder
from itertools import islice
from typing import Any, Collection, Container, Iterator

from sentry_modules.manifest import MODULE, normalize

_SUFFIXES = (*SOURCE_SUFFIXES, *BYTECODE_SUFFIXES)
_ALL_SUFFIXES = (*_SUFFIXES, *EXTENSION_SUFFIXES)
_ABSENT = (FileNotFoundError, NotADirectoryError, PermissionError)  # no passing faults
_SOURCE, _BYTECODE = f"{MODULE}.py", f"{MODULE}.pyc"
_SEPARATORS = f"{os.sep}{os.altsep or ''}"
_EXTENSIONS = f"{os.sep}lib-dynload"  # those of the standard library
_LISTINGS = 1000  # of folders below an entry of the path; a home folder can be one
_NAMES = 10_000
_OPEN = 0o002  # to everybody
_STICKY_AND_OPEN = 0o1002  # as /tmp is, where nobody replaces what is another's


class Place:
    """One folder or archive; ``entry`` is how the files of its modules begin."""

    def __init__(self, entry: str) -> None:
        # What PathFinder itself calls; it makes an importer for an entry that was never asked.
        importer: Any = PathFinder._path_importer_cache(entry)  # type: ignore[attr-defined]
        self._archive = importer if isinstance(importer, zipimport.zipimporter) else None
        self._prefix = ""
        names: Collection[str]
        if importer is None:  # there is nothing, or nothing that can be imported
            self.entry, names = entry, ()
        elif self._archive is None:
            self.entry = getattr(importer, "path", entry)
            names = getattr(importer, "_path_cache", ()) or _list(self.entry)
        else:
            # On Windows a path can have other separators than those that modules are found by.
            self._prefix = self._archive.prefix
            self.entry = f"{self._archive.archive}{os.sep}{self._prefix}"
            names = getattr(zipimport, "_zip_directory_cache", {}).get(self._archive.archive, ())
        self._names = names
        # As the importers join paths, so that it equals the folder of a file; of / nothing is left.
        self.entry = self.entry.rstrip(_SEPARATORS)

    def has_metadata(self) -> bool:
        """Whether there is any metadata."""
        # One pass over what can be thousands of names, but not of the standard library. There is
        # none in a folder inside an archive: ``importlib.metadata`` finds none there.
        if self._prefix or "os.py" in self._names or self.entry.endswith(_EXTENSIONS):
            return False
        names = "".join(self._names)
        return "-" in names and "-info" in names  # the first is far quicker

    def has(self, name: str) -> bool:
        """Whether a file stands at the top of a folder."""
        return self._archive is None and name in self._names

    def metadata(self, but: Container[str] = ()) -> Iterator[tuple[str, str, str]]:
        """Return the normalized name, the version or nothing, and the folder of each metadata.

        Folders in ``but`` are passed over.
        """
        if not self.has_metadata():
            return
        names = self._names
        if self._archive is not None:
            names, but = {path.partition(os.sep)[0] for path in names if "-info" in path}, ()
        ends = (".dist-info", ".egg-info")
        for name in [name for name in names if name.endswith(ends)]:
            if name not in but:
                label, _, version = name.rpartition(".")[0].partition("-")
                yield normalize(label), version.partition("-")[0], name

    def has_generated_module(self) -> bool:
        """Whether a generated module stands at the top, which is no extension."""
        names, prefix = self._names, self._prefix
        return prefix + _SOURCE in names or prefix + _BYTECODE in names

    def has_folder(self, name: str) -> bool:
        """Whether a folder stands at the top, an import package or a part of a namespace one."""
        if self._archive is None:
            return "." not in name and name in self._names
        return any(path.startswith(f"{self._prefix}{name}{os.sep}") for path in self._names)

    def has_module(self, stem: str) -> bool:
        """Whether a module is here, named by its path with slashes and without the suffix."""
        stem = stem.replace("/", os.sep)
        if self._archive is not None or os.sep not in stem:
            start, names = f"{self._prefix}{stem}", self._names
            return any(f"{start}{suffix}" in names for suffix in _ALL_SUFFIXES)
        if stem.partition(os.sep)[0] not in self._names:
            return False
        path = f"{self.entry}{os.sep}{stem}"
        return any(os.access(f"{path}{suffix}", os.F_OK) for suffix in _ALL_SUFFIXES)

    def read(self, path: str) -> str:
        """Return the text of a file, named by its path with slashes; empty if there is none."""
        file = f"{self.entry}{os.sep}{path.replace('/', os.sep)}"
        try:
            if self._archive is not None:
                return self._archive.get_data(file).decode("utf-8", "replace")
            if not stat.S_ISREG(os.stat(file).st_mode):  # noqa: PTH116 - a pipe would never end
                return ""
            with open(file, "rb", 0) as opened:  # noqa: PTH123 - half of the time of a text file
                return opened.read().decode("utf-8", "replace")
        except _ABSENT:
            return ""
        except OSError as error:
            if error.errno:
                raise
            return ""  # not in the archive

    def distributions(self) -> set[str]:
        """Return the normalized names of what stands at the top, metadata or code."""
        names, start = self._names, len(self._prefix)
        if self._archive is not None:
            names = {path[start:].partition(os.sep)[0] for path in names}
        return {normalize(name.partition(".")[0].partition("-")[0]) for name in names}

    def generated_modules(self, known: Collection[str] = ()) -> list[str]:
        """Return the dotted names of generated modules in the import packages of this place."""
        # But in a folder not those of packages that bear one of the ``known`` normalized names.
        if self._archive is not None:
            return sorted(
                path[len(self._prefix) :].rpartition(".")[0].replace(os.sep, ".")
                for path in self._names
                if f"{os.sep}{MODULE}." in path and path.startswith(self._prefix)
            )
        start, access = f"{self.entry}{os.sep}", os.access
        folders = [name for name in islice(self._names, _NAMES) if "." not in name]
        if "os.py" in self._names:  # the standard library
            return []
        if known:
            folders = [name for name in folders if name.replace("_", "-") not in known]
        for suffix in _SUFFIXES:
            end = f"{os.sep}{MODULE}{suffix}"
            found = [name for name in folders if access(f"{start}{name}{end}", os.F_OK)]
            if found:
                return sorted(f"{name}.{MODULE}" for name in found)
        return []

    def is_trusted(self, module: str, owners: Container[int]) -> bool:
        """Whether a module and its packages, if they are here, are nobody else's to write to.

        ``owners`` are trusted besides root, the process's own user and who owns this folder.
        """
        if self._archive is not None or not hasattr(os, "geteuid"):  # Windows has other ways
            return True
        path = self.entry
        try:
            top = os.stat(path or os.sep)  # noqa: PTH116 - a Path costs more
            known = {0, os.geteuid(), top.st_uid}
            if top.st_mode & _STICKY_AND_OPEN == _OPEN:  # who can write there needs no manifest
                return True
        except OSError:  # Python imports nothing from there
            return True
        paths = []
        for name in module.split(".")[:-1]:
            path += f"{os.sep}{name}"
            paths.append(path)
        paths += [f"{path}{os.sep}{MODULE}{suffix}" for suffix in _ALL_SUFFIXES]
        for each in paths:
            with suppress(OSError):  # it is not here
                for status in (os.lstat(each), os.stat(each)):  # noqa: PTH116 - as above
                    is_link = stat.S_ISLNK(status.st_mode)  # whose mode says nothing
                    is_open = status.st_mode & _OPEN and not is_link
                    is_known = status.st_uid in known or status.st_uid in owners
                    if is_open or not is_known:
                        return False
        return True

    def hidden_modules(self) -> Iterator[str]:
        """Return those that are compiled to machine code, or deeper, in namespace packages."""
        if self._archive is None:
            folders = [name for name in islice(self._names, _NAMES) if name.isidentifier()]
            left = iter(range(_LISTINGS))
            for folder in folders:
                yield from _below(self.entry, folder, 3, left)


def on_path() -> list[Place]:
    """Return the places of ``sys.path``, in its order."""
    return [Place(entry) for entry in dict.fromkeys(sys.path) if type(entry) is str]


def _below(start: str, folder: str, levels: int, left: Iterator[int]) -> Iterator[str]:
    if next(left, None) is None:
        return
    names = _list(f"{start}{os.sep}{folder}")
    package = folder.replace(os.sep, ".")
    if any(name.startswith(f"{MODULE}.") for name in names):
        yield f"{package}.{MODULE}"
    if levels and not any(name.startswith("__init__.") for name in names):
        for name in islice(filter(str.isidentifier, names), 20):
            yield from _below(start, f"{folder}{os.sep}{name}", levels - 1, left)


def _list(folder: str) -> Collection[str]:
    try:
        return os.listdir(folder or os.curdir)  # noqa: PTH208 - a Path costs more
    except _ABSENT:
        return ()
