"""Groups the packages of a lock file by name, of which there can be several versions."""

from collections.abc import Iterable
from typing import TypeVar

from hatch_sentry_modules.document import Table

K = TypeVar("K")
V = TypeVar("V")

MAX_FORKS = 128
"""Real lock files hold up to 6 of one name; whoever needs it may look at all of them."""


def grouped(packages: Iterable[tuple[K, V, Table]]) -> dict[K, list[V]]:
    """Group packages by the first of what is given for each; the last is its table.

    Raises ``SourceError`` where more are in a group than in any real file.
    """
    groups: dict[K, list[V]] = {}
    for key, package, table in packages:
        group = groups.setdefault(key, [])
        group.append(package)
        if len(group) > MAX_FORKS:
            fault = f"is one of more than {MAX_FORKS} packages named {table.name()}"
            raise table.place.error(fault, "Write the file anew with its own tool")
    return groups
