"""What a package or the project needs, as ``poetry.lock`` and ``pyproject.toml`` both write it."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.markers import normalized_words
from hatch_sentry_modules.model import Applies
from hatch_sentry_modules.sources.poetry import syntax
from hatch_sentry_modules.sources.poetry.packages import Package, Packages

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([\w.,\s-]*)\])?", re.ASCII)


class Dependency(NamedTuple):
    """One of several packages, with extras of it, that is needed where a marker holds."""

    name: NormalizedName
    marker: Applies
    candidates: tuple[Package, ...]
    extras: tuple[NormalizedName, ...]


class _Keys(NamedTuple):
    """Where the table of a package has each extra and each dependency, by their names.

    ``marked`` are the dependencies that mention an extra, by all words in what they say.
    """

    extras: dict[NormalizedName, list[str]]
    dependencies: dict[NormalizedName, list[str]]
    marked: dict[str, list[str]]


def _read_entries(table: Table) -> Iterator[tuple[NormalizedName, Table]]:
    """Yield the dependencies in a table: each a constraint or a table, or an array of these."""
    for key, value in table.values.items():
        place = table.place.at(key)
        name = place.name(key)
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            here = place.at(index) if isinstance(value, list) else place
            values = {"version": item} if isinstance(item, str) else item
            if not isinstance(values, dict):
                raise here.error("is neither a constraint nor a table")
            yield name, Table(values, here)


def read_dependencies(
    table: Table,
    packages: Packages,
    is_wanted: Callable[[NormalizedName, Table], bool],
    extras: frozenset[str] = frozenset(),
) -> Iterator[Dependency]:
    """Read those dependencies in a table that are wanted, and can hold for some extras."""
    for name, entry in _read_entries(table):
        marker = is_wanted(name, entry) and _read_condition(entry, extras)
        if marker is not False:
            yield Dependency(name, marker, packages.choose(name, entry), entry.names("extras"))


def _read_condition(entry: Table, extras: frozenset[str]) -> Applies:
    """Join ``markers``, ``python`` and ``platform`` of an entry to one marker for some extras."""
    if entry.values.keys() == {"version"}:
        return True
    python, platform = syntax.read_python_marker(entry), syntax.read_platform_marker(entry)
    parts = [syntax.read_marker(entry, extras=extras), python, platform]
    if False in parts:
        return False
    texts = [f"({part})" for part in parts if part is not True]
    return not texts or entry.place.at("markers").marker(" and ".join(texts))


def is_optional(entry: Table) -> bool:
    """Return whether a dependency is needed only where an extra names it."""
    value = entry.values.get("optional", False)
    if not isinstance(value, bool):
        raise entry.error("optional", "is not a boolean")
    return value


def package_dependencies(package: Package, packages: Packages) -> Iterator[Dependency]:
    """Yield what a package needs without any of its extras."""
    table = package.table.table("dependencies")
    return read_dependencies(table, packages, lambda _, entry: not is_optional(entry))


def extra_dependencies(
    package: Package, extra: NormalizedName, packages: Packages
) -> Iterator[Dependency]:
    """Yield what an extra adds, by its marker; the oldest files only name it among the extras."""
    keys = _find_keys(package)
    named = {}
    for name, extras in _extra_lines(package, keys.extras.get(extra, ())):
        named[name] = keys.dependencies.get(name, ())
        if name == package.name:
            yield Dependency(name, True, (package,), extras)

    def is_added(name: NormalizedName, entry: Table) -> bool:
        is_named = name in named or _read_condition(entry, frozenset()) is False
        return is_named and is_optional(entry)

    table = package.table.table("dependencies")
    values = {key: table.values[key] for key in chain(*named.values(), keys.marked.get(extra, ()))}
    yield from read_dependencies(Table(values, table.place), packages, is_added, frozenset({extra}))


@lru_cache(maxsize=2**10)
def _find_keys(package: Package) -> _Keys:
    """Find the keys once, since a package may have many extras."""
    found = _Keys({}, {}, {})
    for key in package.table.table("extras").values:
        found.extras.setdefault(canonicalize_name(key), []).append(key)
    for key, value in package.table.table("dependencies").values.items():
        found.dependencies.setdefault(canonicalize_name(key), []).append(key)
        words = normalized_words(str(value))
        for word in words if "extra" in words else ():
            found.marked.setdefault(word, []).append(key)
    return found


def _extra_lines(
    package: Package, keys: Iterable[str]
) -> Iterator[tuple[NormalizedName, tuple[NormalizedName, ...]]]:
    """Yield the names in an extra, each with its own extras; Poetry 1.x wrote no exact PEP 508."""
    table = package.table.table("extras")
    for match in (_REQUIREMENT.match(line) for key in keys for line in table.strings(key)):
        if match is not None:
            extras = (match[2] or "").replace(",", " ").split()
            yield canonicalize_name(match[1]), tuple(map(canonicalize_name, extras))
