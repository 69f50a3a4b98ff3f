"""Hooks into cx_Freeze, whose command is one of setuptools, wherever it is the one that builds."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatch_sentry_modules import layout, runtime_package

_LOADERS = ("cx_Freeze", "freeze_core")
"""Where cx_Freeze keeps what starts a bundle, which is no part of the application."""

# cx_Freeze keeps the metadata, of what it collected beyond an application's own manifest, too.
_ACTIVATION = f"""
import sentry_modules
sentry_modules.activate({layout.MODULE!r}, combine=True)
"""


def extend_command(distribution: Any) -> None:
    """Extend cx_Freeze's command of a distribution that has executables, if it has one."""
    base = distribution.cmdclass.get("build_exe")
    if base is not None:
        distribution.cmdclass["build_exe"] = _command(base)


def _command(base: type[Any]) -> type[Any]:
    """Extend cx_Freeze's command, or the project's own that extends it."""

    class BuildExe(base):  # type: ignore[misc] # known only when cx_Freeze is
        def run(self) -> None:
            if {layout.MODULE, runtime_package.PACKAGE} & {*self.excludes}:
                super().run()
                return
            from cx_Freeze import hooks

            build = Build()
            hooks.load_sentry_sdk = build.add_runtime_side
            hooks.load_sentry_sdk_integrations = build.add_integrations
            super().run()
            build.write(Path(self.build_exe), self.warn)

    return BuildExe


class Build:
    """One build by cx_Freeze, whose finder is known once it has found the SDK."""

    def __init__(self) -> None:
        self._finder: Any = None

    def add_integrations(self, finder: Any, module: Any) -> None:
        """Include what the SDK imports by name only: ``sentry_sdk.init()`` fails without it."""
        finder.include_package(module.name)

    def add_runtime_side(self, finder: Any, module: Any) -> None:
        """Include the run-time package, and have the SDK install it when it is imported."""
        self._finder = finder
        finder.path.append(str(runtime_package.folder()))
        source = module.file.read_text(encoding="utf-8") + _ACTIVATION
        name, level = str(module.file), finder.optimize
        module.code = compile(source, name, "exec", dont_inherit=True, optimize=level)

    def write(self, folder: Path, warn: Any) -> None:
        """Write the manifest into a finished bundle, if the SDK is in it."""
        if self._finder is not None:
            from hatch_sentry_modules.archives.atomic import replacing
            from hatch_sentry_modules.bundlers import bundle_manifest

            modules, paths = dict(_modules(self._finder)), self._finder.path
            text = bundle_manifest.generate(_files(self._finder), paths, modules, warn)
            if text is not None:
                with replacing(folder / "lib" / layout.FILE_NAME) as new:
                    new.write_text(text, encoding="ascii", newline="\n")


def _files(finder: Any) -> Iterator[str]:
    specs = filter(None, map(find_spec, _LOADERS))
    loaders = [Path(spec.origin).parent for spec in specs if spec.origin]
    taken = [Path(module.file) for module in finder.modules if module.file]
    taken += [Path(source) for source, _ in (*finder.included_files, *finder.zip_includes)]
    for path in taken:
        if not any(path.is_relative_to(folder) for folder in loaders):
            yield str(path)


def _modules(finder: Any) -> Iterator[tuple[str, str]]:
    for module in finder.modules:
        if module.file:
            is_program = module.name.startswith("__main__")  # the name of its program follows
            yield "__main__" if is_program else module.name, str(module.file)
