"""The generated module for what a bundler made of an application, whichever bundler it is."""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import layout, left_out, pipeline, render
from hatch_sentry_modules.bundlers import (
    application_manifest,
    collected_distributions,
    file_owners,
)
from hatch_sentry_modules.errors import ConfigError, SourceError, SourceNotFoundError
from hatch_sentry_modules.reading import read_toml


def generate(
    files: Iterable[str],
    folders: Iterable[str],
    modules: Mapping[str, str],
    warn: Callable[[str], None],
) -> str | None:
    """Return the module: the application's own if it ships one, else of what was collected.

    It is nothing where the program has a module of that name which is no generated one. ``files``
    are those that the bundler takes, ``folders`` its module search path, and ``modules`` the file
    of each module (the program is ``__main__``). ``warn`` takes differences.
    Raises ``SystemExit`` where the project's table is wrong: bundlers show the text.
    """

    def say(sentence: str) -> None:
        warn(f"sentry-modules: {sentence}")

    program = modules.get(application_manifest.PROGRAM)
    if program and is_taken(Path(program).with_name(layout.FILE_NAME), warn):
        return None
    excluded = _excluded(say)
    collected = collected_distributions.freeze(files, folders)
    manifest = pipeline.without(collected, excluded)
    own = application_manifest.find(modules, manifest)
    if own is None:
        for warning in (*manifest.warnings, *left_out.warnings(manifest)):
            say(warning)
        return render.to_python(manifest)
    more = tuple(pattern for pattern in excluded if pattern not in own.manifest.exclude)
    kept = own._replace(manifest=pipeline.without(own.manifest, more))
    for difference in application_manifest.differences(kept, manifest):
        say(f"using {own.module}, {difference}")
    return render.to_python(kept.manifest) if more else own.text


def sources(folders: Iterable[str], modules: Mapping[str, str]) -> set[Path]:
    """Return the files, there or not, that decide what is generated, besides the collected ones.

    They are the project's options, the versions of editable installs, and the application's module.
    """
    editable = map(file_owners.editable_project, distributions(path=[*folders]))
    projects = {Path.cwd(), *filter(None, editable)}
    beside = {Path(file).parent for file in modules.values()}
    return {
        *(project / "pyproject.toml" for project in projects),
        *(folder / layout.FILE_NAME for folder in beside),
    }


def is_taken(path: Path, warn: Callable[[str], None]) -> bool:
    """Whether the program has a module of the name, which is no generated one; that is said."""
    if layout.beginning(path) in {None, layout.GENERATED}:
        return False
    warn(f"sentry-modules: no manifest is built in, since {path.name} is a file of the program")
    return True


def _excluded(say: Callable[[str], None]) -> tuple[str, ...]:
    """Read the patterns; a file that is no project's, or another tool's, stops no bundler."""
    try:
        return configuration.read(read_toml(Path.cwd() / "pyproject.toml")).exclude
    except SourceNotFoundError:
        return ()
    except ConfigError as error:
        raise SystemExit(str(error)) from None
    except SourceError as error:
        say(f"{error} Nothing is excluded.")
        return ()
