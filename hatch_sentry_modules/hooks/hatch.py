"""The hatchling build hook ``sentry-modules``, for wheels and sdists."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilder
from hatchling.plugin import hookimpl

from hatch_sentry_modules import pipeline
from hatch_sentry_modules.errors import FreezeError


class SentryModulesBuildHook(BuildHookInterface[BuilderConfig]):
    """Hands the generated module to hatchling; an editable build is left alone.

    https://hatch.pypa.io/latest/plugins/build-hook/reference/
    """

    PLUGIN_NAME = "sentry-modules"
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the module to the files of a wheel or an sdist."""
        if self.target_name not in ("wheel", "sdist") or version == "editable":
            return
        try:
            generated = pipeline.generate(
                pipeline.Build(
                    root=Path(self.root),
                    name=self.metadata.name,
                    version=self.metadata.version,
                    files=self._wheel_files(),
                    warn=self.app.display_warning,
                    hook_values=self.config,
                )
            )
        except FreezeError as error:
            self.app.abort(str(error))
            return
        if generated:
            path = generated.wheel_path if self.target_name == "wheel" else generated.tree_path
            build_data["force_include"][self._write(generated.text)] = path

    def finalize(self, *_: object) -> None:
        """Remove the file that hatchling has packed by now."""
        if self._folder:
            self._folder.cleanup()

    def _write(self, text: str) -> str:
        # hatchling takes files, not text. The file lies outside the tree, which is never written
        # to, and is removed with its folder even if the build fails before finalize().
        self._folder = tempfile.TemporaryDirectory(prefix="sentry-modules-")
        path = Path(self._folder.name, "_sentry_modules.py")
        path.write_text(text, encoding="ascii", newline="\n")
        return str(path)

    def _wheel_files(self) -> dict[str, str]:
        builder = WheelBuilder(self.root, metadata=self.metadata)
        return {
            file.distribution_path.replace("\\", "/"): file.relative_path.replace("\\", "/")
            for file in builder.recurse_included_files()
        }


@hookimpl
def hatch_register_build_hook() -> type[SentryModulesBuildHook]:
    """Register the hook with hatchling."""
    return SentryModulesBuildHook
