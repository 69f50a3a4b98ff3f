"""The setuptools commands: a ``build`` sub-command, and an ``sdist`` that carries the module."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from setuptools import Command
from setuptools.command.sdist import sdist
from setuptools.errors import BaseError

from hatch_sentry_modules.backends.setuptools import COMMAND, root

if TYPE_CHECKING:
    from hatch_sentry_modules.pipeline import Generated


class BuildSentryModules(Command):
    """Writes the generated module into the build folder; an editable build is left alone.

    It follows the protocol ``setuptools.command.build.SubCommand``.
    """

    description = "freeze the resolved distributions into a generated module"
    user_options: ClassVar[list[tuple[str, str, str]]] = []
    editable_mode = False
    build_lib: str

    def initialize_options(self) -> None:
        """Have no options."""

    def finalize_options(self) -> None:
        """Take the build folder from ``build_py``."""
        self.build_lib = self.get_finalized_command("build_py").build_lib

    @cached_property
    def generated(self) -> Generated | None:
        """The generated module, if there is one."""
        return _generate(self)

    def run(self) -> None:
        """Write the module."""
        if self.editable_mode:
            return
        self._remove_stale()
        if self.generated:
            _write(Path(self.build_lib), self.generated.wheel_path, self.generated.text)

    def _remove_stale(self) -> None:
        # setuptools packs all that it finds in the build folder, which outlives a build.
        from hatch_sentry_modules import layout

        folder, current = Path(self.build_lib), self._outputs_of_others()
        sources = map(Path, _wheel_files(self).values())
        if any(file.resolve().is_relative_to(folder.resolve()) for file in sources):
            return  # it is the source tree, or around it
        place = folder / self.generated.wheel_path if self.generated else None
        for path in folder.rglob("*.py"):
            is_ours = layout.beginning(path) == layout.GENERATED
            if (is_ours or path == place) and path not in current:
                path.unlink()

    def _outputs_of_others(self) -> set[Path]:
        names = self.get_finalized_command("build").get_sub_commands()
        commands = [self.get_finalized_command(name) for name in names if name != COMMAND]
        able = (command for command in commands if hasattr(command, "get_outputs"))
        return {Path(output) for command in able for output in command.get_outputs()}

    def get_outputs(self) -> list[str]:
        """Name the file in the build folder, if there is one."""
        if self.editable_mode or not self.generated:
            return []
        return [str(Path(self.build_lib, self.generated.wheel_path))]

    def get_output_mapping(self) -> dict[str, str]:
        """Map outputs to files in the source tree, where this has none."""
        return {}

    def get_source_files(self) -> list[str]:
        """Name what an sdist needs to build the module: nothing, since it carries the module."""
        command = self.distribution.get_command_obj("sdist", create=False)
        if command is not None and not isinstance(command, SentryModulesSdist):
            place = "tool.setuptools.cmdclass.sdist"
            fault = "the project's command classes leave no room for the generated module"
            command_class = f"{SentryModulesSdist.__module__}.SentryModulesSdist"
            remedy = f"Set it to {command_class!r}, or derive from it"
            from hatch_sentry_modules.errors import ConfigError

            error = ConfigError(file="pyproject.toml", place=place, fault=fault, remedy=remedy)
            raise BaseError(error)
        return []


class SentryModulesSdist(sdist):
    """Makes an sdist that carries the generated module; a project's own ``cmdclass`` names it."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Lay out what is packed, and the module with it."""
        super().make_release_tree(base_dir, files)
        if generated := _generate(self):
            _write(Path(base_dir), generated.tree_path, generated.text)


def _generate(command: Command | sdist) -> Generated | None:
    # Not at the top: setuptools loads this file for its questions before a build too.
    from hatch_sentry_modules import pipeline
    from hatch_sentry_modules.errors import FreezeError

    # egg_info knows the version that is built, for instance 4.2.0.dev1 with a tag from setup.cfg.
    # It also makes a name valid, as setup.py may hold any.
    egg_info: Any = command.get_finalized_command("egg_info")
    try:
        return pipeline.generate(
            root(command.distribution),
            name=egg_info.egg_name,
            version=command.distribution.metadata.get_version(),
            files=_wheel_files(command),
            warn=command.warn,
        )
    except FreezeError as error:
        raise BaseError(error) from None


def _wheel_files(command: Command | sdist) -> dict[str, str]:
    build_py: Any = command.get_finalized_command("build_py")
    return {
        "/".join([*filter(None, package.split(".")), f"{module}.py"]): Path(file).as_posix()
        for package, module, file in build_py.find_all_modules()
    }


def _write(folder: Path, place: str, text: str) -> None:
    from hatch_sentry_modules import layout
    from hatch_sentry_modules.errors import FreezeError

    path = folder / place
    try:
        layout.check_free(place, layout.beginning(path))
    except FreezeError as error:
        raise BaseError(error) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file there can be a link to the one in the tree, which is never written to.
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="ascii", newline="\n")
    path.chmod(0o644)
