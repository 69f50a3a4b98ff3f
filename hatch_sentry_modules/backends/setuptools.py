"""The entrance that setuptools calls in every build, for its own commands and for cx_Freeze's.

https://setuptools.pypa.io/en/latest/userguide/extension.html

Most builds never heard of this tool, so the commands are registered when a build asks for them.
"""

import os
from pathlib import Path

from setuptools import Command, Distribution

from hatch_sentry_modules.backends import is_configured

COMMAND = "build_sentry_modules"


def finalize_distribution_options(distribution: Distribution) -> None:
    """Extend ``build`` and ``sdist`` of a distribution that is configured; leave others alone."""
    if getattr(distribution, "executables", None):
        from hatch_sentry_modules.bundlers import cx_freeze

        cx_freeze.extend_command(distribution)
    try:
        folder = root(distribution)
    except OSError:  # it is gone
        return
    if not is_configured(folder):
        return
    from setuptools.command.build import build

    from hatch_sentry_modules.backends.setuptools_commands import SentryModulesSdist

    # A project's own "build" may have copied the list before this function ran.
    for command in (build, distribution.get_command_class("build")):
        if (COMMAND, _has_module) not in command.sub_commands:
            command.sub_commands.append((COMMAND, _has_module))
    base = distribution.get_command_class("sdist")
    distribution.cmdclass["sdist"] = type("sdist", (SentryModulesSdist, base), {})


# Behind cx_Freeze's own, which adds its command.
finalize_distribution_options.order = 1  # type: ignore[attr-defined] # setuptools reads it


def _has_module(build: Command) -> bool:
    # The list of sub-commands outlives a distribution, and the next may not be configured. The
    # project's own table of command classes may have taken the place of what was set before.
    if not is_configured(root(build.distribution)):
        return False
    from hatch_sentry_modules.backends.setuptools_commands import BuildSentryModules

    build.distribution.cmdclass.setdefault(COMMAND, BuildSentryModules)
    return True


def root(distribution: Distribution) -> Path:
    """Return the folder of a distribution's ``pyproject.toml``."""
    return Path(distribution.src_root or os.curdir).resolve()
