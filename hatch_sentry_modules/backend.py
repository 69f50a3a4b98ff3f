"""The build backend that wraps another one and adds the generated module to what that makes.

    [build-system]
    requires = ["uv_build", "hatch-sentry-modules"]
    build-backend = "hatch_sentry_modules.backend"

    [tool.sentry-modules]
    build-backend = "uv_build"

Every other hook is the wrapped backend's own, and one that it does not have is not here either:
https://peps.python.org/pep-0517/ and https://peps.python.org/pep-0660/. An in-tree backend may
extend it by ``from hatch_sentry_modules.backend import *``.
"""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from zipfile import ZipFile

from hatch_sentry_modules import layout, pipeline
from hatch_sentry_modules.archives import sdist, wheel
from hatch_sentry_modules.archives.atomic import replacing
from hatch_sentry_modules.backends import wrapped_backend
from hatch_sentry_modules.backends.temporary_folder import TemporaryFolder
from hatch_sentry_modules.errors import FreezeError

Settings: TypeAlias = Mapping[str, Any] | None
Made = TypeVar("Made")

OWN = ("build_sdist", "build_wheel")

PASSED_THROUGH = {
    "UnsupportedOperation",
    "build_editable",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
}


def __getattr__(name: str) -> Any:
    """Return what the wrapped backend has under a name; a frontend asks for what is optional."""
    if name not in {*PASSED_THROUGH, "__all__"}:
        raise AttributeError(name)
    with _told():
        backend = wrapped_backend.load(Path.cwd())
    if name == "__all__":
        return [*OWN, *(hook for hook in PASSED_THROUGH if hasattr(backend, hook))]
    return getattr(backend, name)


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Let the wrapped backend build a wheel, and put a copy with the module into the folder."""
    with _told(), TemporaryFolder() as folder:
        backend = wrapped_backend.load(Path.cwd(), "build_wheel")
        name: str = backend.build_wheel(folder, config_settings, metadata_directory)
        made = _read(wheel.read, Path(folder, name))
        generated = made and _generate(made.name, made.version, made.files)
        with replacing(Path(wheel_directory, name)) as target:
            if made and generated:
                layout.check_free(generated.wheel_path, _beginning(Path(folder, name), generated))
                files = {generated.wheel_path: generated.text.encode("ascii")}
                if generated.sbom:
                    place = f"{made.metadata_folder}/sboms/{layout.SBOM_NAME}"
                    if place in made.files:
                        raise layout.sbom_taken(place)
                    files[place] = generated.sbom.encode("ascii")
                wheel.add(Path(folder, name), target, files)
            else:
                shutil.copyfile(Path(folder, name), target)
    return name


def _beginning(archive: Path, generated: pipeline.Generated) -> bytes | None:
    with ZipFile(archive) as file, suppress(KeyError), file.open(generated.wheel_path) as there:
        return there.read(len(layout.GENERATED))
    return None


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Let the wrapped backend build an sdist, and put a copy with the module into the folder."""
    with _told(), TemporaryFolder() as folder:
        backend = wrapped_backend.load(Path.cwd(), "build_sdist")
        name: str = backend.build_sdist(folder, config_settings)
        made = _read(sdist.read, Path(folder, name))
        generated = _generate(*made, []) if made else None
        with replacing(Path(sdist_directory, name)) as target:
            if generated:
                files = {generated.tree_path: generated.text.encode("ascii")}
                if generated.sbom:
                    files[layout.SBOM_NAME] = generated.sbom.encode("ascii")
                sdist.add(Path(folder, name), target, files)
            else:
                shutil.copyfile(Path(folder, name), target)
    return name


def _read(read: Callable[[Path], Made], archive: Path) -> Made | None:
    """Read what an archive says of itself; it need say nothing where no manifest is required."""
    try:
        return read(archive)
    except FreezeError as error:
        if wrapped_backend.configured(Path.cwd()).required:
            raise
        _warn(f"{error} No manifest is built in.")
        return None


def _generate(name: str, version: str, files: list[str]) -> pipeline.Generated | None:
    return pipeline.generate(
        Path.cwd(),
        name=name,
        version=version,
        files={file: file for file in files},
        warn=_warn,
        # Where the wrapped backend takes its files from is its secret: an sdist carries the
        # module at its top, whatever the layout.
        tree_path=layout.FILE_NAME,
        takes_sbom=True,
    )


def _warn(warning: str) -> None:
    print(f"warning: {warning}", file=sys.stderr)


@contextmanager
def _told() -> Iterator[None]:
    """End the process that runs the hook with the message alone, without a traceback."""
    try:
        yield
    except FreezeError as error:
        raise SystemExit(f"error: {error}") from None


# A frontend knows a backend that is not there by an ImportError of this import, and by no other
# sign; a mistake in the table is for the hook to say.
with suppress(FreezeError):
    wrapped_backend.load(Path.cwd())
