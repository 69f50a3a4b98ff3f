"""Reads a lock file of pex, which Pants writes too: JSON with what each distribution requires.

https://docs.pex-tool.org/pex-lock.html
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from hatch_sentry_modules.document import Place, Table, is_version
from hatch_sentry_modules.flat_list import ONE_PLATFORM, refuse_selection
from hatch_sentry_modules.markers import normalized_words
from hatch_sentry_modules.model import Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import NOT_LOCKED, Project
from hatch_sentry_modules.reading import parse_json, read_text
from hatch_sentry_modules.resolve import reach

_HEADER = re.compile(r"^//.*", re.MULTILINE)


class Part(NamedTuple):
    """A distribution of one resolve, or one of its extras."""

    resolve: int
    name: NormalizedName
    extra: NormalizedName | None = None


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a pex lock; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    refuse_selection(path.name, project, selection)
    # Pants writes what it was asked for as comments above the document.
    document = parse_json(path.name, _HEADER.sub("", read_text(path)))
    if "locked_resolves" not in document:
        fault = "is missing, so it is no lock file of pex or Pants"
        raise document.error("locked_resolves", fault, "Set 'source' to the project's lock file")
    resolves = list(document.tables("locked_resolves"))
    is_universal = document.string("style") == "universal"
    if len(resolves) > 1 and not is_universal:
        fault = "it was locked for several platforms one by one"
        raise document.error("locked_resolves", fault, "Lock with --style universal")
    walk = _Walk(document, resolves)
    roots = tuple(walk.roots())
    python = document.place.at("requires_python")
    markers = map(python.python_marker, document.strings("requires_python"))
    return Graph(
        file=document.file,
        roots=roots,
        nodes=reach(roots, walk.node, lambda node: node.edges),
        environments=tuple(not marker or python.marker(marker) for marker in markers),
        warnings=() if is_universal else (f"{document.file}: {ONE_PLATFORM}",),
    )


class _Asked(NamedTuple):
    requirement: Requirement
    place: Place


class _Walk:
    """The way from the requirements of a lock through its resolves."""

    def __init__(self, document: Table, resolves: list[Table]) -> None:
        self._document, self._resolves = document, resolves
        self._locked: dict[tuple[int, NormalizedName], Table] = {}
        for number, resolve in enumerate(resolves):
            for locked in resolve.tables("locked_requirements"):
                name = locked.name("project_name")
                if self._locked.setdefault((number, name), locked) is not locked:
                    raise locked.place.error(f"{name} is locked a second time", "Lock it anew")
        # What each requires, by the words in its marker, and all under the empty one.
        self._asked: dict[tuple[int, NormalizedName], dict[str, list[_Asked]]] = {}

    def roots(self) -> Iterator[Edge]:
        """Yield the edges from the requirements, into each of the resolves where it holds."""
        for number, resolve in enumerate(self._resolves):
            under = resolve.string("marker")
            asked = _requirements(self._document, "requirements")
            yield from self._edges(asked, number, under=under)

    def node(self, key: Key) -> Node:
        """Make the node of a part."""
        assert isinstance(key, Part)  # noqa: S101  # the only keys that are made here
        locked = self._locked.get(key[:2])
        if locked is None:
            return Node(key.name, None, reason=NOT_LOCKED)
        own = key[:2]
        if own not in self._asked:
            self._asked[own] = _by_word(_requirements(locked, "requires_dists"))
        # What does not mention an extra is required without it too.
        asked = self._asked[own].get(key.extra or "", ())
        edges = self._edges(asked, key.resolve, key.extra)
        return Node(key.name, _version(locked), tuple(edges), is_listed=key.extra is None)

    def _edges(
        self,
        asked: Iterable[_Asked],
        resolve: int,
        extra: NormalizedName | None = None,
        under: str | None = None,
    ) -> Iterator[Edge]:
        """Yield the edges from requirements, under a marker that holds for all of them."""
        for requirement, place in asked:
            name = canonicalize_name(requirement.name)
            markers = [f"({marker})" for marker in (under, requirement.marker) if marker]
            extras = frozenset([extra] if extra else ())
            applies = not markers or place.marker(" and ".join(markers), extras=extras)
            # A universal lock leaves out what is needed nowhere that it was made for.
            if not requirement.marker or applies is True or (resolve, name) in self._locked:
                yield Edge(Part(resolve, name), applies)
                for each in sorted(map(canonicalize_name, requirement.extras)):
                    yield Edge(Part(resolve, name, each), applies)


def _requirements(table: Table, key: str) -> Iterator[_Asked]:
    for index, text in enumerate(table.strings(key)):
        place = table.place.at(key).at(index)
        yield _Asked(place.requirement(text), place)


def _by_word(asked: Iterable[_Asked]) -> dict[str, list[_Asked]]:
    found: dict[str, list[_Asked]] = {}
    for each in asked:
        for word in {"", *normalized_words(str(each.requirement.marker or ""))}:
            found.setdefault(word, []).append(each)
    return found


def _version(locked: Table) -> str:
    """Return the version; pex writes 4.17 for 4.17.0, and the name of a wheel has all of it."""
    version = locked.place.at("version").version(locked.required_string("version"))
    for artifact in locked.tables("artifacts"):
        url = unquote(artifact.string("url") or "").partition("#")[0]
        _, found, tags = [*url.rpartition("/")[2].split("-", 2), "", ""][:3]
        if tags.endswith(".whl") and is_version(found) and Version(found) == Version(version):
            return found
    return version
