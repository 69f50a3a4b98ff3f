"""The one way from a project to its manifest, and to the module that a build puts into a wheel."""

import fnmatch
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import NormalizedName, canonicalize_name

from hatch_sentry_modules import automatic, layout, left_out, lock_freshness, render, sources
from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import project as projects
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.document import Table, listed, quoted
from hatch_sentry_modules.errors import SourceError, one_line
from hatch_sentry_modules.model import ALWAYS, Distribution, Manifest, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.resolve import Closure, find_links, resolve

NO_SBOM = (
    "pyproject.toml: tool.sentry-modules.sbom: this backend cannot put an SBOM into a wheel. "
    "Use hatchling or the wrapper hatch_sentry_modules.backend."
)


class Generated(NamedTuple):
    """A generated module and its place: in the wheel, and in the tree that an sdist carries."""

    text: str
    wheel_path: str
    tree_path: str
    sbom: str | None = None


def generate(  # noqa: PLR0913 - what backends know differs
    root: Path,
    *,
    name: str,
    version: str,
    files: Mapping[str, str],
    warn: Callable[[str], None],
    hook_values: Mapping[str, Any] | None = None,
    document: dict[str, Any] | None = None,
    tree_path: str | None = None,
    takes_sbom: bool = False,
) -> Generated | None:
    """Make the module for a build, or nothing where no source is usable and none is required.

    An unpacked sdist carries the module and the SBOM already, and those are used: the wheel that
    is built from it is the same as one built from the tree.

    Args:
        root: The folder of ``pyproject.toml``; it is only read.
        name: What is being built, as the backend found it.
        version: The version of that.
        files: The path in the wheel and the path in the tree of each file, both with ``/``.
        warn: Takes each warning, a sentence, to the user.
        hook_values: The options that hatchling hands to its hook.
        document: ``pyproject.toml``, where the backend has parsed it.
        tree_path: Where an sdist carries the module, where ``files`` do not tell.
        takes_sbom: Whether the backend can put an SBOM into a wheel.

    Raises:
        FreezeError: The configuration is wrong, or what it asks for cannot be frozen.
    """
    table = Table(document, projects.PYPROJECT) if document else None
    project = projects.read(root, table, name=name, version=version)
    config = configuration.read(project.table, hook_values)
    wheel_path = config.path or layout.place(files, canonicalize_name(name))
    tree_path = tree_path or layout.in_tree(wheel_path, files)
    wants_sbom = config.sbom and takes_sbom
    if config.sbom and not takes_sbom:
        warn(NO_SBOM)
    text = _carried(root, tree_path, render.HEADER)
    bill = _carried(root, layout.SBOM_NAME, "{") if wants_sbom else None
    if text is None or (wants_sbom and bill is None):
        manifest = _frozen(project, config, warn)
        if manifest is None:
            return None
        text = render.to_python(manifest)
        if wants_sbom:
            from hatch_sentry_modules import sbom

            bill = sbom.to_cyclonedx(manifest)
    return Generated(text=text, wheel_path=wheel_path, tree_path=tree_path, sbom=bill)


def _frozen(project: Project, config: Config, warn: Callable[[str], None]) -> Manifest | None:
    try:
        manifest = freeze(project, config)
    except SourceError as error:
        if config.required:
            raise
        warn(f"{error} No manifest is built in.")
        return None
    for warning in manifest.warnings:
        warn(warning)
    return manifest


def _carried(root: Path, tree_path: str, start: str) -> str | None:
    """Read a file of ours that an unpacked sdist (it has ``PKG-INFO`` at its top) carries."""
    path = root / tree_path
    if not (root / "PKG-INFO").is_file() or not path.is_file():
        return None
    content = path.read_bytes().replace(b"\r\n", b"\n")
    is_ours = content.isascii() and content.startswith(start.encode("ascii"))
    return content.decode("ascii") if is_ours else None


def freeze(
    project: Project,
    config: Config,
    *,
    selection: Selection | None = None,
    environment: Mapping[str, str] | None = None,
) -> Manifest:
    """Make the manifest of a project, universal without an environment of all eleven variables.

    A selection takes precedence over the extras and groups of the configuration. It has links if
    that asks for an SBOM. Raises ``FreezeError`` where what is asked for cannot be frozen.
    """
    selection = selection or Selection(extras=config.extras, groups=config.groups)
    source, others = config.source, list[Path]()
    if source == "auto":
        first, *others = automatic.find(project)
        source = str(first)

    def read(path: str) -> Closure:
        return resolve(sources.read(path, project, selection), environment)

    graph = sources.read(source, project, selection)
    graph = graph._replace(requires_python=graph.requires_python & project.requires_python)
    closure = resolve(graph, environment)
    name = selection.package or project.name
    manifest = Manifest(
        project=name,
        source=one_line(graph.file),
        distributions=closure.distributions,
        skipped=closure.skipped,
        links=find_links(graph, environment) if config.sbom else {},
        warnings=(
            *graph.warnings,
            *lock_freshness.check(graph, project, selection, closure),
            *automatic.disagreements(graph, closure, others, project.name, read),
        ),
    )
    if name is not None and not selection.all_packages:
        manifest = _with_project(manifest, name, project.version if name == project.name else None)
    manifest = without(manifest, config.exclude)
    omitted = left_out.by_budget(manifest.distributions, closure, project)
    manifest = manifest._replace(omitted=omitted)
    warnings = (*manifest.warnings, *left_out.warnings(manifest))
    return manifest._replace(warnings=tuple(map(one_line, warnings)))


def _with_project(manifest: Manifest, name: NormalizedName, version: str | None) -> Manifest:
    """List the project itself, with the version that is being built."""
    others = tuple(d for d in manifest.distributions if d.name != name)
    skipped = {other: why for other, why in manifest.skipped.items() if other != name}
    known = [d for d in manifest.distributions if d.name == name]
    if version is None:
        # What the lock file holds of it counts where it does, as of any other.
        is_certain = any(d.condition == ALWAYS for d in known)
        return manifest._replace(
            skipped=skipped if is_certain else {**skipped, name: left_out.DYNAMIC}
        )
    own = Distribution(name=name, version=version, listed_as=known[0].listed_as if known else "")
    listed = tuple(sorted((own, *others), key=lambda d: (d.name, d.version)))
    return manifest._replace(distributions=listed, skipped=skipped)


def without(manifest: Manifest, patterns: tuple[str, ...]) -> Manifest:
    """Leave out the names that a glob pattern matches; one that matches nothing is warned of."""
    names = {*manifest.skipped, *(d.name for d in manifest.distributions)}
    matched = {pattern: set(fnmatch.filter(names, pattern)) for pattern in patterns}
    out = set().union(*matched.values())
    unused = listed(quoted(pattern) for pattern, found in matched.items() if not found)
    warning = f"pyproject.toml: {configuration.TABLE}.exclude: {unused} matches nothing listed."
    return manifest._replace(
        distributions=tuple(d for d in manifest.distributions if d.name not in out),
        skipped={name: why for name, why in manifest.skipped.items() if name not in out},
        exclude=(*manifest.exclude, *patterns),
        warnings=(*manifest.warnings, *([warning] if unused else [])),
    )
