"""Calls a build backend in a process of its own, as a build frontend does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli
from pyproject_hooks import BuildBackendHookCaller

EPOCH = "1700000000"
"""``SOURCE_DATE_EPOCH`` for builds whose bytes are compared."""

PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
"""With the commands of what is installed beside the tests, as in a build environment."""


class BuildFailedError(Exception):
    """A build ended with an error; the text is all that it printed."""


def build(
    project: Path,
    kind: str,
    folder: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Path:
    """Build with what is installed beside the tests, and give the path of what was built.

    What the backend prints is printed.

    Args:
        project: The folder of the project.
        kind: ``wheel``, ``sdist`` or ``editable``.
        folder: Where it goes; the folder is made.
        settings: What a frontend's ``--config-setting`` gives.
        environment: Variables that are added to those of the tests.

    Raises:
        BuildFailedError: The hook ended with an error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hooks = caller(project, environment=environment)
    name: str = getattr(hooks, f"build_{kind}")(str(folder), settings)
    return folder / name


def caller(
    project: Path, *, environment: Mapping[str, str] | None = None
) -> BuildBackendHookCaller:
    """Return the hooks of a project's build backend, each of which runs in a process of its own."""
    system = tomli.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]

    def run(
        cmd: Sequence[str],
        cwd: str | None = None,
        extra_environ: Mapping[str, str] | None = None,
    ) -> None:
        done = subprocess.run(
            cmd,
            cwd=cwd,
            env={**os.environ, "PATH": PATH, **(extra_environ or {}), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise BuildFailedError(done.stdout)
        print(done.stdout)

    return BuildBackendHookCaller(
        str(project),
        system["build-backend"],
        system.get("backend-path"),
        runner=run,
        python_executable=sys.executable,
    )
