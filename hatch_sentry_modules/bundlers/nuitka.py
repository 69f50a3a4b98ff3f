"""A user plugin for Nuitka, which has to be told where it lies: it looks for no entry points.

https://nuitka.net/user-documentation/user-manual.html#user-plugins
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nuitka.plugins.PluginBase import NuitkaPluginBase

from hatch_sentry_modules import layout, runtime_package
from hatch_sentry_modules.bundlers import bundle_manifest

SDK = "sentry_sdk"
INTEGRATIONS = "sentry_sdk.integrations"

_ACTIVATION = f"import sentry_modules\nsentry_modules.activate({layout.MODULE!r})\n"


class SentryModulesPlugin(NuitkaPluginBase):  # type: ignore[misc] # Nuitka has no types
    """Compiles in the run-time package and puts the manifest beside the program."""

    plugin_name = "sentry-modules"
    plugin_desc = "Fill Packages on Sentry events with what was compiled in."

    def __init__(self) -> None:
        # Behind everything that is installed, so that the application's own one goes first.
        sys.path.append(str(runtime_package.folder()))
        self._files: dict[str, str] = {}

    def getImplicitImports(self, module: Any) -> Iterator[str]:  # noqa: N802 - Nuitka's name
        """Name what the SDK imports by name only: ``init`` fails without it."""
        if module.getFullName() == SDK:
            yield runtime_package.PACKAGE
        elif module.getFullName() == INTEGRATIONS:
            folder = Path(module.getCompileTimeFilename()).parent
            found = (*folder.glob("[!_]*.py"), *(p.parent for p in folder.glob("*/__init__.py")))
            yield from sorted(f"{INTEGRATIONS}.{path.stem}" for path in found)

    def decideCompilation(self, module_name: Any) -> str | None:  # noqa: N802 - as above
        """Spare the compiler what the SDK tries and mostly finds no framework for."""
        return "bytecode" if module_name.hasNamespace(INTEGRATIONS) else None

    @staticmethod
    def createPreModuleLoadCode(module: Any) -> tuple[str, str] | None:  # noqa: N802 - as above
        """Activate the manifest as soon as the SDK is imported."""
        if module.getFullName() != SDK:
            return None
        return _ACTIVATION, "Report what was compiled in."

    def onModuleCompleteSet(self, module_set: Iterable[Any]) -> None:  # noqa: N802 - as above
        """Note the files of all modules; nothing is added behind this."""
        named = [(str(m.getFullName()), m.getCompileTimeFilename()) for m in module_set]
        self._files = {name: str(file) for name, file in named if file}

    def considerDataFiles(self, module: Any) -> Iterator[Any]:  # noqa: N802 - as above
        """Put the manifest into the bundle as text, so that it can be read without running it."""
        if module.getFullName() != SDK:
            return
        modules = self._files
        text = bundle_manifest.generate(modules.values(), sys.path, modules, self.warning)
        if text is not None:
            yield self.makeIncludedGeneratedDataFile(
                data=text,
                dest_path=layout.FILE_NAME,
                reason="the distributions that were compiled in",
            )


if __name__ == "__main__":
    print(__file__)
