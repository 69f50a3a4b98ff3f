"""The setuptools extension's entrance, which setuptools calls in every build.

https://setuptools.pypa.io/en/latest/userguide/extension.html
"""

from __future__ import annotations

import os
from pathlib import Path

from setuptools import Command, Distribution

from hatch_sentry_modules.backends.configured import is_configured

COMMAND = "build_sentry_modules"
"""What the sub-command is called, here and as an entry point in ``distutils.commands``."""


def finalize_distribution_options(distribution: Distribution) -> None:
    """Extend ``build`` and ``sdist`` of a distribution that is configured; leave others alone.

    setuptools calls this for every distribution, before it reads the project's own files.
    """
    if not is_configured(root(distribution)):
        return
    from setuptools.command.build import build

    from hatch_sentry_modules.backends.setuptools_commands import SentryModulesSdist

    # A project's own "build" may have copied the list before this function ran.
    for command in (build, distribution.get_command_class("build")):
        if (COMMAND, _has_module) not in command.sub_commands:
            command.sub_commands.append((COMMAND, _has_module))
    base = distribution.get_command_class("sdist")
    distribution.cmdclass["sdist"] = type("sdist", (SentryModulesSdist, base), {})


def _has_module(build: Command) -> bool:
    # The list of sub-commands outlives a distribution, and the next may not be configured.
    return is_configured(root(build.distribution))


def root(distribution: Distribution) -> Path:
    """Give the folder of a distribution's ``pyproject.toml``."""
    return Path(distribution.src_root or os.curdir).resolve()
