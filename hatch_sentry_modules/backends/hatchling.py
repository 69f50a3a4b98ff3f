"""The hatchling build hook ``sentry-modules``, for wheels and sdists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilder
from hatchling.plugin import hookimpl

if TYPE_CHECKING:
    from hatch_sentry_modules.backends.temporary_folder import TemporaryFolder
    from hatch_sentry_modules.pipeline import Generated


class SentryModulesBuildHook(BuildHookInterface[BuilderConfig]):
    """Hands the generated module to hatchling; an editable build is left alone.

    https://hatch.pypa.io/latest/plugins/build-hook/reference/
    """

    PLUGIN_NAME = "sentry-modules"
    _folder: TemporaryFolder | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the module to the files of a wheel or an sdist."""
        if self.target_name not in ("wheel", "sdist") or version == "editable":
            return
        # Not at the top: hatchling loads this file for its questions before a build too.
        from hatch_sentry_modules import pipeline
        from hatch_sentry_modules.errors import FreezeError

        files = self._wheel_files(build_data)
        try:
            generated = pipeline.generate(
                Path(self.root),
                name=self.metadata.name,
                version=self.metadata.version,
                files=files,
                warn=self.app.display_warning,
                hook_values=self.config,
                document=self.metadata.config,
                # hatchling puts SBOMs into wheels since 1.28.
                takes_sbom=self.target_name == "sdist" or "sbom_files" in build_data,
            )
            if generated:
                self._hand_over(generated, files, build_data)
        except FreezeError as error:
            self.app.abort(str(error))

    def finalize(self, *_: object) -> None:
        """Remove the files that hatchling has packed by now."""
        if self._folder:
            self._folder.cleanup()

    def _hand_over(
        self, generated: Generated, files: dict[str, str], build_data: dict[str, Any]
    ) -> None:
        # hatchling takes files, not text. They lie outside the tree, which is never written to.
        from hatch_sentry_modules import layout
        from hatch_sentry_modules.backends.temporary_folder import TemporaryFolder

        is_wheel = self.target_name == "wheel"
        path = generated.wheel_path if is_wheel else generated.tree_path
        # A hook that runs later and brings the same place is for hatchling to refuse.
        forced = {target: source for source, target in build_data["force_include"].items()}
        there = forced.get(path) or (files.get(path) if is_wheel else path)
        if there is not None:
            layout.check_free(path, layout.beginning(Path(self.root, there)))
        self._folder = TemporaryFolder()
        file = self._folder.write(layout.FILE_NAME, generated.text)
        build_data["force_include"][str(file)] = path
        if generated.sbom:
            own = Path(self.root, layout.SBOM_NAME)
            # An unpacked sdist carries what is the same.
            if not is_wheel and own.is_file() and own.read_bytes() != generated.sbom.encode():
                raise layout.sbom_taken(layout.SBOM_NAME)
            file = self._folder.write(layout.SBOM_NAME, generated.sbom)
            if is_wheel:
                build_data["sbom_files"].append(str(file))
            else:
                build_data["force_include"][str(file)] = layout.SBOM_NAME

    def _wheel_files(self, build_data: dict[str, Any]) -> dict[str, str]:
        """Return the files of a wheel, and what the hooks before this one add."""
        builder = WheelBuilder(self.root, metadata=self.metadata)
        # What an sdist is forced to hold has another place in a wheel.
        forced = build_data["force_include"] if self.target_name == "wheel" else {}
        try:
            with builder.config.set_build_data({**build_data, "force_include": forced}):
                files = list(builder.recurse_included_files())
                files += builder.recurse_forced_files(builder.config.build_force_include)
        except ValueError:  # hatchling finds nothing to ship, which is no fault of an sdist
            if self.target_name == "wheel":
                raise
            return {}
        return {
            file.distribution_path.replace("\\", "/"): file.relative_path.replace("\\", "/")
            for file in files
        }


@hookimpl
def hatch_register_build_hook() -> type[SentryModulesBuildHook]:
    """Register the hook with hatchling."""
    return SentryModulesBuildHook
