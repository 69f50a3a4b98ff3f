"""Reads what Poetry takes from ``pyproject.toml``: its groups, and the hash of what it locks.

https://python-poetry.org/docs/managing-dependencies/#dependency-groups
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table
from hatch_sentry_modules.project import Project

MAIN = canonicalize_name("main")
"""Poetry's name for the runtime set, which is a group like any other in its lock file."""

_DEV = canonicalize_name("dev")
_POETRY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")


def group_names(project: Project) -> set[NormalizedName]:
    """Name all groups of a project, those of PEP 735 among them."""
    groups = project.table.table("dependency-groups")
    named = {groups.place.at(key).name(key) for key in groups.values}
    return named | {name for name, _ in dependency_tables(project)}


def dependency_tables(project: Project) -> Iterator[tuple[NormalizedName, Table]]:
    """Yield each table of dependencies in ``[tool.poetry]`` with the name of its group."""
    poetry = project.table.table("tool").table("poetry")
    for name, key in ((MAIN, "dependencies"), (_DEV, "dev-dependencies")):
        if key in poetry:
            yield name, poetry.table(key)
    groups = poetry.table("group")
    for key in groups.values:
        yield groups.place.at(key).name(key), groups.table(key).table("dependencies")


def is_changed(project: Project, content_hash: str | None) -> bool:
    """Whether a lock file is of other requirements than now; a file without a hash is stale."""
    if not project.table.values:
        return False
    if content_hash is None:
        return True
    return all(_digest(content) != content_hash for content in _hashed(project.table))


def _hashed(pyproject: Table) -> Iterator[dict[str, Any]]:
    """Yield what Poetry 1.x hashes, then 2.0 to 2.2, then 2.3: ``Locker._get_content_hash``."""
    poetry = pyproject.table("tool").table("poetry").values
    yield {key: poetry.get(key) for key in _POETRY_KEYS} | _present(poetry, "group")
    project = _present(pyproject.table("project").values, *_PROJECT_KEYS)
    content: dict[str, Any] = {"project": project} if project else {}
    content["tool"] = {"poetry": _present(poetry, *_POETRY_KEYS, "group")}
    yield content
    yield content | {"dependency-groups": pyproject.table("dependency-groups").values}


def _present(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: values[key] for key in keys if key in values}


def _digest(content: Mapping[str, Any]) -> str | None:
    try:
        text = json.dumps(content, sort_keys=True)
    except TypeError:  # A date, which Poetry cannot hash either.
        return None
    return hashlib.sha256(text.encode()).hexdigest()
