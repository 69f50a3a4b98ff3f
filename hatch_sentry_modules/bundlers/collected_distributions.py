"""Makes the manifest of the distributions that a bundler really collected, by their files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hatch_sentry_modules import runtime_package
from hatch_sentry_modules.bundlers import file_owners
from hatch_sentry_modules.model import Distribution, Manifest, Node
from hatch_sentry_modules.sources import installed


def freeze(files: Iterable[str], folders: Iterable[str]) -> Manifest:
    """Return the manifest of the files' owners; ``folders`` of the path hold the metadata."""
    taken = {file_owners.canonical_path(file) for file in files}
    copy = runtime_package.folder().resolve()
    ours = {file for file in taken if file.is_relative_to(copy)}
    nodes = list(_owners(taken - ours, folders))
    listed = ((n.name, n.version, n.listed_as) for n in nodes)
    distributions = [Distribution(n, v, listed_as=key) for n, v, key in listed if v is not None]
    if ours:
        distributions.append(runtime_package.distribution())
    return Manifest(
        project=None,
        source=installed.FILE,
        distributions=tuple(sorted(distributions, key=lambda d: d.name)),
        skipped={node.name: node.reason for node in nodes if node.version is None},
    )


def _owners(taken: set[Path], folders: Iterable[str]) -> Iterator[Node]:
    """Find the distributions that the files are of, the certain ones first."""
    names, _ = installed.scan(folders)
    rest, others = set(taken), []
    for candidates in names.values():
        files = {file for c in candidates for file in file_owners.recorded(c.distribution)}
        if not taken.isdisjoint(files):
            rest -= files
            yield installed.node(candidates)
        else:
            others.append(candidates)
    # A member lies in the folder of its workspace, whose own files are the others.
    for candidates in sorted(others, key=_depth, reverse=True):
        if any(file_owners.is_recognized(c.distribution, rest) for c in candidates):
            yield installed.node(candidates)
            for project in _projects(candidates):
                rest.difference_update(file_owners.in_project(project, rest))


def _projects(candidates: Iterable[installed.Found]) -> list[Path]:
    found = (file_owners.editable_project(c.distribution) for c in candidates)
    return [project for project in found if project]


def _depth(candidates: Iterable[installed.Found]) -> int:
    return max((len(project.parts) for project in _projects(candidates)), default=0)
