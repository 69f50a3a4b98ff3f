"""The values that the stages hand to one another."""

from collections.abc import Hashable, Mapping, Set
from types import MappingProxyType
from typing import NamedTuple, NewType, TypeAlias

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

Key: TypeAlias = Hashable
"""What a source calls a node: whatever is unique in its lock file."""

MarkerText = NewType("MarkerText", str)
"""A valid marker in packaging's spelling, of environment variables alone: text is quick to hash."""

Applies: TypeAlias = MarkerText | bool
"""What a marker comes to for a selection: what remains of it, or true or false everywhere."""

Condition: TypeAlias = frozenset[frozenset[MarkerText]]
"""When a distribution is part of the closure: an OR of ANDs of markers."""

ALWAYS: Condition = frozenset({frozenset()})
NEVER: Condition = frozenset()

Release: TypeAlias = tuple[NormalizedName, str | None]
"""A distribution in one version; no version where the source holds none."""

Links: TypeAlias = Mapping[Release | None, Set[Release]]
"""What each release requires directly; ``None`` is the project. Empty for one flat list."""


class Selection(NamedTuple):
    """Which part of a lock file is asked for: ``package`` names a member of a workspace."""

    extras: frozenset[NormalizedName] = frozenset()
    groups: frozenset[NormalizedName] = frozenset()
    runtime: bool = True
    package: NormalizedName | None = None
    all_packages: bool = False


class Edge(NamedTuple):
    """A link to a node, followed where its marker holds; one that is false is never followed."""

    target: Key
    marker: Applies = True


class Node(NamedTuple):
    """A distribution in a lock file, or one of its extras (which adds edges, not a version).

    ``version`` is ``None`` where the lock file holds none, and ``reason`` says why.
    ``is_listed`` is false for a node that is only a way to others, such as the root project.
    ``listed_as`` is the metadata's own name in lower case, where a source knows it.
    """

    name: NormalizedName
    version: str | None
    edges: tuple[Edge, ...] = ()
    reason: str = ""
    is_listed: bool = True
    listed_as: str = ""


class Graph(NamedTuple):
    """What a source read: roots, nodes, and the environments the lock file was resolved for.

    One outside ``requires_python``, or in which none of ``environments`` holds, is refused.
    ``overridden`` are names for which the project's own requirements do not count.
    """

    file: str
    roots: tuple[Edge, ...]
    nodes: Mapping[Key, Node]
    requires_python: SpecifierSet = SpecifierSet()
    environments: tuple[Applies, ...] = ()
    overridden: frozenset[NormalizedName] = frozenset()
    warnings: tuple[str, ...] = ()


class Distribution(NamedTuple):
    """One line of the manifest: a name, a version, and when it is there."""

    name: NormalizedName
    version: str
    condition: Condition = ALWAYS
    listed_as: str = ""

    @property
    def key(self) -> str:
        """The name that the manifest has, and events."""
        return self.listed_as or self.name


class Manifest(NamedTuple):
    """The frozen table, sorted and validated; ``links`` can name what was excluded from it."""

    project: NormalizedName | None
    source: str
    distributions: tuple[Distribution, ...]
    skipped: Mapping[NormalizedName, str] = MappingProxyType({})
    omitted: frozenset[NormalizedName] = frozenset()
    exclude: tuple[str, ...] = ()
    is_injected: bool = False
    links: Links = MappingProxyType({})
    warnings: tuple[str, ...] = ()
