"""Distributions that are known from a manifest, as ``importlib.metadata`` presents them.

Imported when the first is asked for: ``importlib.metadata`` alone takes 50 ms.
"""

from __future__ import annotations

from importlib.metadata import Distribution
from itertools import islice
from pathlib import Path
from typing import Any, Iterable

from sentry_modules.manifest import Manifest, normalize

_OF_OTHER_VERSION = (
    "PKG-INFO",
    "requires.txt",
)  # of a real distribution: METADATA as egg-info has it


class FrozenDistribution(Distribution):
    """A name and a version from the manifest; files and entry points of ``real``, if there is one.

    ``real`` is another version of the same distribution, installed on the host. Its requirements
    are not this version's, so they are unknown, which the interface spells ``None``.
    """

    def __new__(cls, *_args: object) -> FrozenDistribution:
        """Skip the base class's check for abstract methods: it takes 20 us for each instance."""
        return object.__new__(cls)

    def __init__(self, name: str, version: str, root: str, real: Distribution | None) -> None:
        self._name = name
        self._version = version
        self._root = root
        self._real = real

    @property
    def name(self) -> str:
        """The name as the manifest lists it."""
        return self._name

    @property
    def version(self) -> str:
        """The version that was frozen."""
        return self._version

    @property
    def entry_points(self) -> Any:  # its type differs from version to version
        """Those of the real distribution, in the classes of whichever library found it."""
        return super().entry_points if self._real is None else self._real.entry_points

    def read_text(self, filename: str) -> str | None:
        """Give the text of a metadata file; ``None`` for one that is not known."""
        if filename == "METADATA":
            return f"Metadata-Version: 2.1\nName: {self._name}\nVersion: {self._version}\n"
        if self._real is None or filename in _OF_OTHER_VERSION:
            return None
        return self._real.read_text(filename)

    def locate_file(self, path: Any) -> Any:  # the interface's types differ as well
        """Give the path of a file: where the real distribution is, or the application."""
        return Path(self._root, path) if self._real is None else self._real.locate_file(path)


def freeze(
    manifests: Iterable[Manifest],
    name: str | None,
    real: Iterable[Distribution],
    *,
    is_first_only: bool,
) -> list[FrozenDistribution]:
    """Give what the manifests list and no real distribution has in the same version.

    ``name`` is the only one wanted, or ``None`` for all of them. The first manifest that lists a
    name counts, and the first real distribution that has it, as in ``importlib.metadata``.
    Where all are wanted and not ``is_first_only``, the real one is listed too, and so its entry
    points must not come twice.
    """
    installed: dict[str, Distribution] = {}
    for distribution in real if name is None else islice(real, 1):
        installed.setdefault(_name(distribution), distribution)
    frozen: dict[str, FrozenDistribution] = {}
    for manifest in manifests:
        for form in map(normalize, manifest.modules) if name is None else (name,):
            key = manifest.aliases.get(form, form)
            version, known = manifest.modules[key], installed.get(form)
            if form not in frozen and (known is None or _version(known) != version):
                part_of = known if name is not None or is_first_only else None
                frozen[form] = FrozenDistribution(key, version, manifest.root or "", part_of)
    return list(frozen.values())


def _name(distribution: Distribution) -> str:
    # Give the normalized name; ``importlib.metadata`` takes it from the path since Python 3.10.
    try:
        name = getattr(distribution, "_normalized_name", None) or distribution.metadata["Name"]
        return normalize(name)
    except Exception:  # noqa: BLE001 - broken metadata of another distribution
        return ""


def _version(distribution: Distribution) -> str | None:
    try:
        return distribution.version
    except Exception:  # noqa: BLE001 - broken metadata of another distribution
        return None
