"""Reads ``Pipfile.lock`` as ``pipenv requirements`` does (https://github.com/pypa/pipfile).

``_meta.requires`` is no bound: Pipenv warns of another Python, and installs all the same.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules.document import Table, is_number, is_version, unsupported
from hatch_sentry_modules.errors import refuse_unknown
from hatch_sentry_modules.model import Edge, Graph, Key, Node, Selection
from hatch_sentry_modules.project import Members, Project, refuse_member
from hatch_sentry_modules.reading import read_json, read_toml

SPECIFICATION = 6
"""The ``pipfile-spec`` that Pipenv has written as long as its lock files have sections."""

DEVELOPMENT = canonicalize_name("dev")
"""The dependency group that Pipenv writes as the section ``develop``."""

NO_VERSION = "the lock file holds no version for a repository, a file or a folder"
NOT_PINNED = "the lock file holds a range for it, not a version"

_NO_CATEGORIES = frozenset(
    {"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"}
    | {"default", "develop"}
)


def read(path: Path, project: Project, selection: Selection) -> Graph:
    """Read a ``Pipfile.lock``; see :func:`hatch_sentry_modules.sources.read` for the errors."""
    document = read_json(path)
    meta = document.table("_meta")
    if not is_number(meta.values.get("pipfile-spec"), SPECIFICATION):
        remedy = "Lock with a Pipenv that writes it"
        raise unsupported(meta, "pipfile-spec", f"{SPECIFICATION}", remedy)
    nodes: dict[Key, Node] = {}
    roots = []
    first: dict[NormalizedName, Node] = {}
    warnings = []
    members = Members(path.parent)
    if _is_stale(meta, path.with_name("Pipfile")):
        warnings.append("the lock file is stale: the Pipfile has changed. Lock the project again.")
    for name, entry in _entries(document, _sections(document, project, selection)):
        marker = entry.marker("markers", groups=selection.groups)
        node = _node(name, entry, members, project)
        if marker is False:
            continue
        if first.setdefault(node.name, node).version != node.version:
            # The export of Pipenv, too, lists the version of the first section alone.
            warnings.append(f"its sections hold several versions of {name}; the first is taken.")
            continue
        nodes[entry.place] = node
        roots.append(Edge(entry.place, marker))
    sentences = tuple(f"{document.file}: {warning}" for warning in dict.fromkeys(warnings))
    return Graph(file=document.file, roots=tuple(roots), nodes=nodes, warnings=sentences)


def _sections(document: Table, project: Project, selection: Selection) -> list[str]:
    """Name the sections that are asked for; the runtime set is ``default``, and comes first."""
    refuse_member(document.file, project, selection)
    refuse_unknown(document.file, "extra", selection.extras, ())
    sections = [key for key in sorted(document.values) if key not in {"_meta", "default"}]
    groups = {DEVELOPMENT if key == "develop" else canonicalize_name(key): key for key in sections}
    refuse_unknown(document.file, "dependency group", selection.groups, groups)
    chosen = sorted(selection.groups, key=lambda group: (group != DEVELOPMENT, group))
    return ["default"] * selection.runtime + [groups[group] for group in chosen]


def _entries(document: Table, sections: Iterable[str]) -> Iterator[tuple[NormalizedName, Table]]:
    """Yield the entries of sections by name; the text of a version may stand for an entry."""
    for section in sections:
        table = document.table(section)
        for key, value in table.values.items():
            name = table.place.name(key)
            is_text = isinstance(value, str)
            place = table.place.at(name)
            yield name, Table({"version": value}, place) if is_text else table.table(key)


def _node(name: NormalizedName, entry: Table, members: Members, project: Project) -> Node:
    path = entry.string("path")
    if path in {".", "./"} and project.name is not None:
        return Node(project.name, project.version, reason=NO_VERSION)
    version = (entry.string("version") or "").lstrip("=").strip()
    if not is_version(version):
        node = members.node(name, None, path)
        return node._replace(reason=NOT_PINNED if version else NO_VERSION)
    return members.node(name, version, path)


def _is_stale(meta: Table, pipfile: Path) -> bool:
    """Whether a lock file records another hash; a ``Pipfile`` without a source has none."""
    recorded = meta.table("hash").string("sha256")
    if not recorded or not pipfile.is_file():
        return False
    values = read_toml(pipfile).values
    # Since 2026 names are normalized first (pypa/pipenv#4699); categories came with 2022.10.
    spellings: tuple[Callable[[str], str], ...] = (canonicalize_name, str)
    categories = (values.keys() - _NO_CATEGORIES, set[str]())
    hashes = (_hash(values, *choices) for choices in product(spellings, categories))
    return "source" in values and recorded not in hashes


def _hash(pipfile: Mapping[str, Any], normalize: Callable[[str], str], categories: set[str]) -> str:
    def section(name: str) -> object:
        values = pipfile.get(name, {})
        return {normalize(key): values[key] for key in values} if type(values) is dict else values

    data = {
        "_meta": {"sources": pipfile["source"], "requires": pipfile.get("requires", {})},
        "default": section("packages"),
        "develop": section("dev-packages"),
        **{name: section(name) for name in categories},
    }
    # TOML has dates, which Pipenv could not have hashed: written as text they match nothing.
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
