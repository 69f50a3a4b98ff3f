"""The pdm-backend build hook: https://backend.pdm-project.org/hooks/."""

from __future__ import annotations

import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from pdm.backend.hooks import Context

from hatch_sentry_modules.backends import is_configured

if TYPE_CHECKING:
    from hatch_sentry_modules.backends.temporary_folder import TemporaryFolder


class SentryModulesBuildHook:
    """Adds the generated module to a wheel or an sdist; an editable build is left alone."""

    _folder: TemporaryFolder | None = None

    def pdm_build_hook_enabled(self, context: Context) -> bool:
        """Whether the project is configured and something is packed."""
        return context.target != "editable" and is_configured(context.root.resolve())

    def pdm_build_update_files(self, context: Context, files: dict[str, Path]) -> None:
        """Add the module."""
        from hatch_sentry_modules import layout, pipeline
        from hatch_sentry_modules.backends.temporary_folder import TemporaryFolder
        from hatch_sentry_modules.errors import FreezeError

        metadata = context.config.metadata
        try:
            generated = pipeline.generate(
                context.root,
                name=metadata["name"],
                version=metadata["version"],
                files=_wheel_files(context, files),
                warn=lambda warning: print(f"warning: {warning}", file=sys.stderr),
            )
            if generated:
                path = generated.wheel_path if context.target == "wheel" else generated.tree_path
                layout.check_free(path, layout.beginning(files[path]) if path in files else None)
                # Not into context.build_dir, which lies in the source tree and stays there.
                self._folder = TemporaryFolder()
                files[path] = self._folder.write(layout.FILE_NAME, generated.text)
        except FreezeError as error:
            raise SystemExit(f"error: {error}") from None

    def pdm_build_finalize(self, context: Context, artifact: Path) -> None:  # noqa: ARG002 - pdm-backend's signature
        """Remove the file that pdm-backend has packed by now."""
        if self._folder:
            self._folder.cleanup()


def _wheel_files(context: Context, files: dict[str, Path]) -> dict[str, str]:
    """Map paths in the wheel to paths in the tree, also while an sdist is made."""
    settings = context.config.build_config
    # The default is pdm-backend's own, https://backend.pdm-project.org/build_config/.
    only_in_sdist = settings.source_includes or ["tests"]
    package_dir = f"{settings.package_dir}/" if settings.package_dir else ""
    own = (file for file in files.values() if file.is_relative_to(context.root))
    in_tree = (file.relative_to(context.root).as_posix() for file in own)
    return {
        path.removeprefix(package_dir): path
        for path in in_tree
        if not any(path.startswith(f"{p}/") or fnmatch(path, p) for p in only_in_sdist)
    }
