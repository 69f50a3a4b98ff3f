"""The closure walk, on graphs small enough to check by hand."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from hatch_sentry_modules.errors import RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import ALWAYS, Condition, Edge, Graph, MarkerText, Node
from hatch_sentry_modules.resolve import MAX_ALTERNATIVES, resolve
from tests.environments import LINUX_311, WINDOWS_310

WINDOWS = MarkerText('sys_platform == "win32"')
OLD = MarkerText('python_version < "3.11"')
PYPY = MarkerText('implementation_name == "pypy"')


def node(name: str, *edges: Edge, version: str | None = "1.0", reason: str = "") -> Node:
    """Make a node of a graph."""
    return Node(NormalizedName(name), version, edges, reason)


def graph(*roots: Edge, **nodes: Node) -> Graph:
    """Make a graph whose keys are the names of its nodes."""
    return Graph(file="test.lock", roots=roots, nodes=dict(nodes.items()))


def conditions(of: Graph) -> dict[str, Condition]:
    """Resolve for all environments at once."""
    return {d.name: d.condition for d in resolve(of).distributions}


def clauses(*alternatives: set[MarkerText]) -> Condition:
    """Write a condition."""
    return frozenset(map(frozenset, alternatives))


def test_a_chain_is_followed_to_its_end() -> None:
    """What is reached without a marker is there always."""
    found = conditions(
        graph(Edge("a"), a=node("a", Edge("b")), b=node("b", Edge("c")), c=node("c"))
    )
    assert found == {"a": ALWAYS, "b": ALWAYS, "c": ALWAYS}


def test_what_is_not_reached_is_left_out() -> None:
    """A package of another group stays out of the closure."""
    assert conditions(graph(Edge("a"), a=node("a"), pytest=node("pytest"))) == {"a": ALWAYS}


def test_markers_along_a_way_are_joined_by_and() -> None:
    """A distribution behind two conditional edges needs both of their markers."""
    found = conditions(graph(Edge("a", WINDOWS), a=node("a", Edge("b", OLD)), b=node("b")))
    assert found == {"a": clauses({WINDOWS}), "b": clauses({WINDOWS, OLD})}


def test_several_ways_are_joined_by_or_with_absorption() -> None:
    """A way that needs more markers than another adds nothing to it."""
    found = conditions(
        graph(
            Edge("a", WINDOWS),
            Edge("b", OLD),
            a=node("a", Edge("c"), Edge("d", OLD)),
            b=node("b", Edge("c")),
            c=node("c", Edge("d", WINDOWS)),
            d=node("d"),
        )
    )
    assert found["c"] == clauses({WINDOWS}, {OLD})
    assert found["d"] == clauses({WINDOWS})


def test_an_unconditional_way_absorbs_all_others() -> None:
    """A distribution that is there anyway has no condition, wherever else it is linked."""
    found = conditions(
        graph(
            Edge("a", WINDOWS),
            Edge("b"),
            a=node("a", Edge("c")),
            b=node("b", Edge("c")),
            c=node("c"),
        )
    )
    assert found["c"] == ALWAYS


def test_cycles_end() -> None:
    """Two distributions that need each other are walked once."""
    found = conditions(
        graph(Edge("a", WINDOWS), a=node("a", Edge("b", OLD)), b=node("b", Edge("a", PYPY)))
    )
    assert found == {"a": clauses({WINDOWS}), "b": clauses({WINDOWS, OLD})}


def test_a_fork_keeps_one_condition_for_each_version() -> None:
    """One name with two versions gives two distributions."""
    forked = graph(
        Edge("new", WINDOWS),
        Edge("old", OLD),
        new=node("numpy", version="2.0"),
        old=node("numpy", version="1.26"),
    )
    assert [(d.version, d.condition) for d in resolve(forked).distributions] == [
        ("1.26", clauses({OLD})),
        ("2.0", clauses({WINDOWS})),
    ]


def test_an_extra_of_a_distribution_is_the_same_distribution() -> None:
    """Nodes of one name and version are joined, whichever way leads to them."""
    joined = graph(
        Edge("a", WINDOWS), Edge("a[x]", OLD), **{"a": node("a"), "a[x]": node("a", Edge("a"))}
    )
    assert conditions(joined) == {"a": clauses({WINDOWS}, {OLD})}


def test_an_unknown_version_is_skipped_with_its_reason() -> None:
    """A distribution without a version is named, and its requirements are still followed."""
    closure = resolve(
        graph(Edge("a"), a=node("a", Edge("b"), version=None, reason="dynamic"), b=node("b"))
    )
    assert closure.skipped == {"a": "dynamic"}
    assert [d.name for d in closure.distributions] == ["b"]


def test_a_version_that_is_always_there_is_not_skipped() -> None:
    """Of two entries of one name, the one without a version matters only where it stands alone."""
    both = graph(
        Edge("folder", WINDOWS),
        Edge("index"),
        folder=node("a", version=None, reason="a folder"),
        index=node("a"),
    )
    assert resolve(both).skipped == {}


def test_opposite_conditions_are_none() -> None:
    """What a fork leaves on both of its sides is there always; a contradiction is never there."""
    linux, others = MarkerText('os_name == "posix"'), MarkerText('os_name != "posix"')
    found = conditions(
        graph(
            Edge("a", linux),
            Edge("a", others),
            Edge("b", linux),
            a=node("a"),
            b=node("b", Edge("c", others)),
            c=node("c"),
        )
    )
    assert found == {"a": ALWAYS, "b": clauses({linux})}


def test_depths_count_links_from_the_roots() -> None:
    """The shortest way decides how far a distribution is from the project."""
    closure = resolve(
        graph(
            Edge("a"),
            Edge("c"),
            a=node("a", Edge("b")),
            b=node("b", Edge("c")),
            c=node("c", Edge("d")),
            d=node("d"),
        )
    )
    assert closure.depths == {"a": 1, "c": 1, "b": 2, "d": 2}


def test_one_environment_gives_a_concrete_list() -> None:
    """With an environment, edges whose marker is false are not followed, and no condition stays."""
    both = graph(Edge("a", WINDOWS), Edge("b"), a=node("a", Edge("c")), b=node("b"), c=node("c"))
    names = {d.name: d.condition for d in resolve(both, LINUX_311).distributions}
    assert names == {"b": ALWAYS}
    assert {d.name for d in resolve(both, WINDOWS_310).distributions} == {"a", "b", "c"}


def test_a_python_outside_requires_python_is_refused() -> None:
    """An environment that was never resolved gives a message, not an empty list."""
    strict = Graph(
        file="test.lock",
        roots=(),
        nodes={},
        requires_python=SpecifierSet(">=3.11"),
    )
    resolve(strict, LINUX_311)
    with pytest.raises(RefusedEnvironmentError, match=r"test\.lock: Python 3\.10\.1 is excluded"):
        resolve(strict, WINDOWS_310)


def test_a_platform_outside_the_locked_environments_is_refused() -> None:
    """A lock file that names its environments says nothing about others."""
    windows_only = Graph(file="test.lock", roots=(), nodes={}, environments=(WINDOWS,))
    resolve(windows_only, WINDOWS_310)
    with pytest.raises(RefusedEnvironmentError, match="not resolved for this environment"):
        resolve(windows_only, LINUX_311)


def test_too_many_alternatives_are_refused() -> None:
    """A hostile graph ends with a message instead of growing without bound."""
    edges = [
        Edge("a", MarkerText(f'platform_release == "{number}"'))
        for number in range(MAX_ALTERNATIVES + 1)
    ]
    with pytest.raises(SourceError, match="alternative conditions"):
        resolve(graph(*edges, a=node("a")))


def test_flat_formats_have_as_many_roots_as_they_like() -> None:
    """A list of distributions without a link between them is no growing condition."""
    nodes = {f"p{number}": node(f"p{number}") for number in range(20_000)}
    assert len(conditions(graph(*map(Edge, nodes), **nodes))) == len(nodes)


@pytest.mark.parametrize("fan", [1, 3])
def test_conditions_that_grow_with_the_way_are_refused(fan: int) -> None:
    """A chain in which every link has another condition, and one that forks at every link."""
    count, different = 1_000, 1_000 if fan == 1 else 12
    nodes = {
        f"p{number}": node(
            f"p{number}",
            *(
                Edge(
                    f"p{(number + 1 + step) % count}",
                    MarkerText(f'platform_release == "{(number * 7 + step * 3) % different}"'),
                )
                for step in range(fan)
            ),
        )
        for number in range(count)
    }
    with pytest.raises(SourceError, match="too long ones"):
        resolve(graph(Edge("p0"), **nodes))
