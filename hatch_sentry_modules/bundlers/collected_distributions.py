"""Makes the manifest of the distributions that a bundler really collected, by their files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
    records = [(candidates, taken & _recorded(candidates)) for candidates in names.values()]
    recorders = Counter(file for _, files in records for file in files)
    # A file that several record, such as an __init__.py, is of those that have others besides.
    sure = {file for _, files in records if _has_own(files, recorders) for file in files}
    for candidates, files in records:
        if _has_own(files, recorders) or not files <= sure:
            yield installed.node(candidates)
        elif not files:
            others.append(candidates)
        rest -= files
    # A member lies in the folder of its workspace, whose own files are the others.
    for candidates in sorted(others, key=_depth, reverse=True):
        if any(file_owners.is_recognized(c.distribution, rest) for c in candidates):
            yield installed.node(candidates)
            for project in _projects(candidates):
                rest.difference_update(file_owners.in_project(project, rest))


def _recorded(candidates: Iterable[installed.Found]) -> set[Path]:
    return {file for c in candidates for file in file_owners.recorded(c.distribution)}


def _has_own(files: Iterable[Path], recorders: Mapping[Path, int]) -> bool:
    return any(recorders[file] == 1 for file in files)


def _projects(candidates: Iterable[installed.Found]) -> list[Path]:
    found = (file_owners.editable_project(c.distribution) for c in candidates)
    return [project for project in found if project]


def _depth(candidates: Iterable[installed.Found]) -> int:
    return max((len(project.parts) for project in _projects(candidates)), default=0)
