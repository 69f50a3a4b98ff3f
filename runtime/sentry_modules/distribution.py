"""Distributions that are known from a manifest, as ``importlib.metadata`` presents them."""

# Imported when the first is asked for: ``importlib.metadata`` alone takes 50 ms.

from __future__ import annotations

import functools
import sys
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable

from sentry_modules.manifest import normalize

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from sentry_modules.decision import Decision

# Of a real distribution of another version: METADATA as egg-info has it.
_OF_OTHER_VERSION = ("PKG-INFO", "requires.txt")


class FrozenDistribution:
    """A name and a version from the manifest, with files and entry points of a real one."""

    # ``real`` is another version of the same distribution, installed on the host. Its requirements
    # are not this version's, so they are unknown, which the interface spells ``None``. Where all
    # distributions are listed the real one is among them and has the files: ``is_listed``.

    def __new__(cls, *_args: object) -> FrozenDistribution:
        """Skip the check for abstract methods."""  # which takes 20 us
        return object.__new__(cls)

    def __init__(
        self, name: str, version: str, root: str, real: Distribution | None, is_listed: bool
    ) -> None:
        self._name = name
        self._version = version
        self._root = root
        self._real = real
        self._is_listed = is_listed

    @property
    def name(self) -> str:
        """The name as the manifest lists it."""
        return self._name

    @property
    def version(self) -> str:
        """The version that was decided."""
        return self._version

    @property
    def entry_points(self) -> Any:  # its type differs from version to version
        """Those of the real distribution, in its own library's classes."""
        base: Any = super()
        return base.entry_points if self._real is None else self._real.entry_points

    def read_text(self, filename: str) -> str | None:
        """Return the text of a metadata file; ``None`` if it is unknown."""
        if filename == "METADATA":
            return f"Metadata-Version: 2.1\nName: {self._name}\nVersion: {self._version}\n"
        if self._real is None or self._is_listed or filename in _OF_OTHER_VERSION:
            return None
        return self._real.read_text(filename)

    def locate_file(self, path: Any) -> Any:  # the interface's types differ as well
        """Return a file's path, of the real distribution or the application."""
        return Path(self._root, path) if self._real is None else self._real.locate_file(path)


def freeze(
    decisions: Iterable[Decision], form: str | None, real: Iterable[Distribution], context: object
) -> list[Distribution]:
    """Return what was decided and no real distribution has in the same version."""
    # ``form`` is the only name wanted, or ``None`` for all of them. The first manifest that lists a
    # name counts, and the first real distribution that has it, as in ``importlib.metadata``.
    library = _library_of(context)
    installed: dict[str, Distribution] = {}
    for distribution in real if form is None else islice(real, 1):
        installed.setdefault(_name(distribution), distribution)
    # Entry points must not come twice: since Python 3.10, and ever in the backport, who lists all
    # drops a second distribution of one name.
    is_part = form is not None or sys.version_info >= (3, 10) or library is not metadata
    frozen: dict[str, Distribution] = {}
    for decision in decisions:
        manifest = decision.manifest
        if manifest is None:
            continue
        for key in map(normalize, manifest.modules) if form is None else (form,):
            name, known = manifest.name_of(key) or key, installed.get(key)
            version = decision.of({name: manifest.modules[name]})[name]
            if key not in frozen and (known is None or _version(known) != version):
                name = name if known is None else _spelled(known, name)
                part_of = known if is_part else None
                root = manifest.root or ""
                kind = _class_for(library)
                frozen[key] = kind(name, version, root, part_of, form is None)
    return list(frozen.values())


def _library_of(context: object) -> Any:
    # Return the library that asks: the standard one, its backport, or a copy inside another.
    library = sys.modules.get(type(context).__module__)
    return library if hasattr(library, "DistributionFinder") else metadata


@functools.lru_cache(maxsize=None)
def _class_for(library: Any) -> Any:
    # Whoever asks for distributions expects them to be of its own class, with all it can do.
    return type("FrozenDistribution", (FrozenDistribution, library.Distribution), {})


def _name(distribution: Distribution) -> str:
    # Return the normalized name; ``importlib.metadata`` takes it from the path since Python 3.10.
    try:
        name = getattr(distribution, "_normalized_name", None) or distribution.metadata["Name"]
        return normalize(name)
    except Exception:  # noqa: BLE001 - broken metadata of another distribution
        return ""


def _spelled(distribution: Distribution, name: str) -> str:
    # The SDK takes two spellings for two distributions.
    try:
        return str(distribution.metadata["Name"] or name)
    except Exception:  # noqa: BLE001 - broken metadata of another distribution
        return name


def _version(distribution: Distribution) -> str | None:
    try:
        return distribution.version
    except Exception:  # noqa: BLE001 - broken metadata of another distribution
        return None
