"""Puts a manifest into an application that is bundled already, and on request its start-up."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, LargeZipFile, ZipFile

from hatch_sentry_modules import layout, pipeline, render, runtime_package
from hatch_sentry_modules.artifacts import kinds
from hatch_sentry_modules.artifacts.embedded import EmbeddedManifest
from hatch_sentry_modules.artifacts.inject import directory_place, pex_table, start_line, zip_place
from hatch_sentry_modules.artifacts.inject.place import Below, Place
from hatch_sentry_modules.artifacts.inspection import Inspection, inspect
from hatch_sentry_modules.artifacts.metadata import PEX_INFO, single_versions
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Manifest

KINDS = {"zipapp", "shiv", "pex", "zip archive", "directory"}
"""What is searched for modules from its top, and is not checked or built by another tool."""

_BROKEN = (BadZipFile, LargeZipFile, EOFError, ValueError, RuntimeError, zlib.error)

_MOST_PATTERNS = 1000
"""Each is matched with each name."""

_RUNTIME = f"{runtime_package.PACKAGE}/__init__.py"


class Injected(NamedTuple):
    """What was put in, nothing where the same was there already, and the manifests before it."""

    manifest: Manifest | None
    before: tuple[EmbeddedManifest, ...]


def inject(  # noqa: PLR0913 - one parameter for each option
    path: Path,
    out: Path,
    frozen: Callable[[], Manifest] | None = None,
    *,
    exclude: tuple[str, ...] = (),
    activate: bool = False,
    below: str = "",
) -> Injected:
    """Put a manifest into a zip of modules or a directory; all else in it stays, byte for byte.

    ``out`` is where the result goes, perhaps ``path`` itself. Without ``frozen``, which returns the
    manifest, the artifact's own metadata does. ``exclude`` are patterns of names, besides those of
    manifests in the artifact. ``activate`` adds the run-time package and its start, and ``below``
    is a folder in place of the top. Raises ``FreezeError`` where the artifact is of another kind,
    damaged or signed, or leaves no room.
    """
    inspection = inspect(path)
    if inspection.kind not in KINDS:
        article = "an" if inspection.kind[0] in "aeiou" else "a"
        fault = f"cannot inject into {article} {inspection.kind}"
        remedy = kinds.remedy(inspection.kind) or "Let what builds it add the manifest"
        raise FreezeError(file=path.name, fault=fault, remedy=remedy)
    manifest = frozen() if frozen else single_versions(inspection.name, inspection.metadata)
    before = (pattern for one in inspection.manifests for pattern in one.manifest.exclude)
    patterns = tuple(sorted({*exclude, *before, *manifest.exclude}))
    if len(patterns) > _MOST_PATTERNS:
        fault = f"more than {_MOST_PATTERNS} patterns are excluded, here and by what is in it"
        remedy = "Let one with a wildcard stand for many"
        raise FreezeError(file=path.name, place="exclude", fault=fault, remedy=remedy)
    known = {*manifest.exclude}
    asked = pipeline.without(manifest, tuple(p for p in exclude if p not in known))
    manifest = pipeline.without(asked, patterns)
    warnings = (*asked.warnings, *_not_read(inspection))
    manifest = manifest._replace(exclude=patterns, is_injected=True, warnings=warnings)
    with _opened(path) as whole:
        place = Below(whole, below)
        files = dict(_activation(place)) if activate else {}
        ours = (runtime_package.folder() / _RUNTIME).read_bytes()
        if files.get(_RUNTIME, place.read(_RUNTIME)) == ours:
            manifest = _with_runtime(manifest)
        _refuse_other(place)
        files[layout.FILE_NAME] = render.to_python(manifest).encode("ascii")
        new = {name: content for name, content in files.items() if place.read(name) != content}
        if changed := {place.path(name): content for name, content in new.items()}:
            changed = pex_table.with_hashes(whole, changed)
        whole.write(changed, out)
    if PEX_INFO in changed:
        said = f"{path.name}: {PEX_INFO}: {pex_table.NEW}"
        manifest = manifest._replace(warnings=(*manifest.warnings, said))
    return Injected(manifest if changed else None, inspection.manifests)


def _not_read(inspection: Inspection) -> Iterator[str]:
    """Yield what cannot be read in the manifests that count no more, such as a pattern."""
    for one in inspection.manifests:
        for fault in one.faults:
            yield f"{inspection.name}: {one.place}: {fault}"
        if not one.is_readable:
            excluded = "The names that it excludes are not known, and may be listed now."
            yield f"{inspection.name}: {one.place}: {excluded}"


@contextmanager
def _opened(path: Path) -> Iterator[Place]:
    try:
        if path.is_dir():
            yield directory_place.DirectoryPlace(path)
        else:
            zip_place.look(path)
            with ZipFile(path) as file:
                yield zip_place.ZipPlace(path, file)
    except _BROKEN:
        raise FreezeError(file=path.name, fault="is not a whole zip archive") from None
    except OSError as error:
        raise FreezeError(file=path.name, fault=f"cannot be read ({error.strerror})") from None


def _activation(place: Below) -> Mapping[str, bytes]:
    """Return the files that start the run-time package, one that is there already left alone."""
    files = {start_line.MAIN: start_line.with_line(place.name, place.read(start_line.MAIN))}
    if place.read(_RUNTIME) is None:
        folder = runtime_package.folder()
        for path in sorted((folder / runtime_package.PACKAGE).iterdir()):
            if path.suffix == ".py" or path.name == "py.typed":
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def _with_runtime(manifest: Manifest) -> Manifest:
    if any(d.name == runtime_package.DISTRIBUTION for d in manifest.distributions):
        return manifest
    listed = (*manifest.distributions, runtime_package.distribution())
    listed = tuple(sorted(listed, key=lambda d: (d.name, d.version)))
    skipped = {n: why for n, why in manifest.skipped.items() if n != runtime_package.DISTRIBUTION}
    return manifest._replace(distributions=listed, skipped=skipped)


def _refuse_other(place: Below) -> None:
    """Refuse to replace a module that this tool did not generate."""
    there = place.read(layout.FILE_NAME)
    if there is not None and not there.startswith(layout.GENERATED):  # whatever its line ends
        fault = "is another module of this name"
        raise FreezeError(file=place.name, place=layout.FILE_NAME, fault=fault, remedy="Rename it")
