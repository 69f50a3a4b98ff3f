"""Walks a graph from its roots to the closure, and says when each distribution is in it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from packaging.utils import NormalizedName

from hatch_sentry_modules import markers, model
from hatch_sentry_modules.errors import RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import ALWAYS, Distribution, Edge, Graph, Key, MarkerText, Release

MAX_ALTERNATIVES = 256
"""Real lock files need up to 12 alternatives for one distribution; a hostile one is stopped."""

MAX_MARKERS = 64
"""Real lock files need up to 2 markers on one way, and one for each of some dozen conflicts."""

MAX_LINKS = 1 << 20
"""Real lock files have up to some hundreds."""

MAX_STEPS = 8
"""Real lock files need 1.04 steps for each edge."""

SEVERAL = "several versions of it are installed, which cannot be"

V = TypeVar("V")

_Clause = frozenset[MarkerText]


class Closure(NamedTuple):
    """All that the roots reach: sorted distributions, and the skipped with reasons.

    ``depths`` counts the links between the roots and a distribution, 1 for a direct one.
    """

    distributions: tuple[Distribution, ...]
    skipped: Mapping[NormalizedName, str]
    depths: Mapping[NormalizedName, int]


def resolve(graph: Graph, environment: Mapping[str, str] | None = None) -> Closure:
    """Compute the closure of a graph, for one environment or universal, with conditions.

    Raises ``RefusedEnvironmentError`` where the graph was not resolved for that environment, and
    ``SourceError`` where a distribution has too many alternative conditions.
    """
    if environment is not None:
        _refuse_foreign(graph, environment)
    edges = _Edges(graph, environment)
    depths: dict[NormalizedName, int] = {}
    skipped: dict[NormalizedName, str] = {}
    for key, depth in edges.depths().items():
        node = graph.nodes[key]
        depths.setdefault(node.name, depth)
        if node.is_listed and node.version is None:
            skipped[node.name] = node.reason
    distributions = tuple(_collect(graph, conditions(graph, edges), skipped))
    certain: dict[NormalizedName, set[str]] = {}
    for distribution in distributions:
        if distribution.condition == ALWAYS:
            certain.setdefault(distribution.name, set()).add(distribution.version)
            skipped.pop(distribution.name, None)
    several = {name for name, versions in certain.items() if len(versions) > 1}
    skipped.update(dict.fromkeys(several, SEVERAL))
    return Closure(tuple(d for d in distributions if d.name not in several), skipped, depths)


def reach(
    roots: Iterable[Edge], read: Callable[[Key], V], edges: Callable[[V], Iterable[Edge]]
) -> dict[Key, V]:
    """Read what the roots lead to, each key once, the nearest first; each leads on by its edges."""
    reached: dict[Key, V] = {}
    queue = deque(edge.target for edge in roots)
    while queue:
        key = queue.popleft()
        if key not in reached:
            reached[key] = read(key)
            queue.extend(edge.target for edge in edges(reached[key]))
    return reached


def _refuse_foreign(graph: Graph, environment: Mapping[str, str]) -> None:
    python = environment["python_full_version"].rstrip("+")
    if not graph.requires_python.contains(python, prereleases=True):
        fault = f"Python {python} is excluded by requires-python {str(graph.requires_python)!r}"
        remedy = "Choose another environment"
        raise RefusedEnvironmentError(file=graph.file, fault=fault, remedy=remedy)
    if graph.environments and not any(_holds(marker, environment) for marker in graph.environments):
        fault = "it was not resolved for this environment"
        remedy = "Lock the project for it, or choose another environment"
        raise RefusedEnvironmentError(file=graph.file, fault=fault, remedy=remedy)


def _holds(marker: model.Applies, environment: Mapping[str, str]) -> bool:
    return marker if isinstance(marker, bool) else markers.evaluate(marker, environment)


class _Edges:
    """The edges of a graph as one environment sees them, of all nodes that are reached there."""

    def __init__(self, graph: Graph, environment: Mapping[str, str] | None) -> None:
        self._environment = environment
        self._verdicts: dict[model.Applies, bool] = {}
        self.roots = self._followed(graph.roots)
        self.of: dict[Key, list[Edge]] = reach(
            self.roots, lambda key: self._followed(graph.nodes[key].edges), lambda edges: edges
        )

    def depths(self) -> dict[Key, int]:
        """Count the links from the roots; ``of`` holds the nearest first."""
        depths = dict.fromkeys((edge.target for edge in self.roots), 1)
        for key, edges in self.of.items():
            for edge in edges:
                depths.setdefault(edge.target, depths[key] + 1)
        return depths

    def _followed(self, edges: Sequence[Edge]) -> list[Edge]:
        if self._environment is None:
            return [edge for edge in edges if edge.marker is not False]
        for marker in {edge.marker for edge in edges} - self._verdicts.keys():
            self._verdicts[marker] = _holds(marker, self._environment)
        return [Edge(edge.target) for edge in edges if self._verdicts[edge.marker]]


def find_links(graph: Graph, environment: Mapping[str, str] | None) -> model.Links:
    """Find what each release requires directly, whichever of its nodes does.

    Raises ``SourceError`` where that is far more than any real lock file tells.
    """
    edges, left = _Edges(graph, environment), MAX_LINKS

    def follow(key: Key) -> Sequence[Edge]:
        """Return where a node leads that is only a way to others."""
        nonlocal left
        ways = [] if graph.nodes[key].is_listed else edges.of[key]
        left -= 1 + len(ways)
        if left < 0:
            fault, remedy = "its distributions require too many others", "Leave the SBOM out"
            raise SourceError(file=graph.file, fault=fault, remedy=remedy)
        return ways

    def ahead(ways: Iterable[Edge]) -> set[Release]:
        """Find the first listed releases on some ways."""
        nodes = (graph.nodes[key] for key in reach(ways, lambda key: key, follow))
        return {(node.name, node.version) for node in nodes if node.is_listed}

    links: dict[Release | None, set[Release]] = {}
    for key, ways in edges.of.items():
        node = graph.nodes[key]
        if node.is_listed:
            release = (node.name, node.version)
            links.setdefault(release, set()).update(ahead(ways) - {release})
    return {None: ahead(edges.roots), **links} if any(links.values()) else {}


def conditions(graph: Graph, edges: _Edges | None = None) -> dict[Key, list[_Clause]]:
    """Find for each node that is reached the OR of ANDs of markers on the ways to it.

    Shorter ANDs come first out of the queue, so one that is kept is never absorbed by a later one.
    """
    edges = edges or _Edges(graph, None)
    found: dict[Key, list[_Clause]] = {}
    queue: deque[tuple[Key, _Clause]] = deque()
    _enqueue(queue, frozenset(), edges.roots)
    count = len(edges.roots) + sum(map(len, edges.of.values()))
    for _ in range(1_000 + MAX_STEPS * count):
        if not queue:
            return found
        key, clause = queue.popleft()
        known = found.setdefault(key, [])
        if known and any(kept <= clause for kept in known):
            continue
        known.append(clause)
        if len(known) > MAX_ALTERNATIVES or len(clause) > MAX_MARKERS:
            break
        _enqueue(queue, clause, edges.of[key])
    fault = "a distribution has too many alternative conditions, or too long ones"
    raise SourceError(file=graph.file, fault=fault, remedy="Freeze it for one environment")


def _enqueue(queue: deque[tuple[Key, _Clause]], clause: _Clause, edges: Iterable[Edge]) -> None:
    for target, marker in edges:
        if isinstance(marker, bool) or marker in clause:
            queue.appendleft((target, clause))
        else:
            queue.append((target, clause | {marker}))


def _collect(
    graph: Graph, conditions: Mapping[Key, list[_Clause]], skipped: dict[NormalizedName, str]
) -> Iterator[Distribution]:
    """Join the nodes of one name and version; one that cannot be compiled joins the skipped."""
    clauses: dict[tuple[NormalizedName, str, str], list[_Clause]] = {}
    for key, found in conditions.items():
        node = graph.nodes[key]
        if node.is_listed and node.version is not None:
            identity = (node.name, node.version, node.listed_as)
            clauses.setdefault(identity, []).extend(found)
    for (name, version, listed_as), alternatives in sorted(clauses.items()):
        try:
            condition = markers.settle(absorb(alternatives))
        except markers.UncompilableMarkerError as error:
            skipped[name] = str(error)
            continue
        if condition:
            yield Distribution(name=name, version=version, condition=condition, listed_as=listed_as)


def absorb(clauses: Iterable[_Clause]) -> model.Condition:
    """Drop each AND that another one makes redundant: ``a and b`` beside ``a``."""
    unique = frozenset(clauses)
    return unique.difference(c for c in unique if any(other < c for other in unique))
