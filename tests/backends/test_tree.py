"""The source tree is only read, whatever happens to the build."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.backends import archives, projects
from tests.backends.building import EPOCH, PATH, build

READ_ONLY = """\
import os, sys

root = os.path.realpath(os.environ["READ_ONLY"])
changes = {"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink",
           "os.truncate", "os.utime"}

def refuse(event, arguments):
    writes = event in changes or (
        event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )
    # What is removed with a folder is named within it, by the folder's descriptor.
    has_folder = event not in ("open", "os.truncate") and arguments[-1] not in (-1, None)
    folder = os.path.realpath(f"/proc/self/fd/{arguments[-1]}") if writes and has_folder else ""
    for path in arguments[: 1 if event == "open" else 2] if writes else ():
        if isinstance(path, (str, bytes, os.PathLike)):
            path = os.path.realpath(os.path.join(folder, os.fsdecode(path)))
            if event != "open" and path == root or path.startswith(root + os.sep):
                raise PermissionError(30, "Read-only tree", path)

sys.addaudithook(refuse)
"""
"""Makes a tree read-only for Python code, also where it runs as a user who may do anything."""

EVERYWHERE = ("hatchling", "flit-core", "poetry-core")
"""The backends in Python that themselves write nothing into the tree that they build."""


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize("backend", EVERYWHERE)
def test_a_read_only_tree_builds(backend: str, kind: str, tmp_path: Path) -> None:
    """Nothing is written into the tree, not even for a moment."""
    project = projects.lay_out(tmp_path / "p", backend)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(READ_ONLY, encoding="utf-8")
    environment = {"PYTHONPATH": str(tmp_path / "site"), "READ_ONLY": str(project)}
    archive = build(project, kind, tmp_path / "dist", environment=environment)
    assert len(archives.generated(archive)) == 1


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_two_builds_at_once_do_not_disturb_each_other(backend: str, tmp_path: Path) -> None:
    """Both give the bytes that one alone gives."""
    project = projects.lay_out(tmp_path / "p", backend)

    def wheel(folder: str) -> bytes:
        environment = {"SOURCE_DATE_EPOCH": EPOCH}
        return build(project, "wheel", tmp_path / folder, environment=environment).read_bytes()

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(wheel, ("a", "b")))
    assert together == [wheel("c")] * 2


WAITING_HOOK = """\
import os, time
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Waiting(BuildHookInterface):
    def initialize(self, version, build_data):
        assert build_data["force_include"], "our hook ran before"
        open(os.environ["QUARRY_WAITS"], "w").close()
        time.sleep(60)
"""


@pytest.mark.parametrize("backend", ["hatchling", "in-tree"])
def test_a_killed_build_leaves_nothing_in_the_tree(backend: str, tmp_path: Path) -> None:
    """The process is killed while the module is made and the wheel is not."""
    project = projects.lay_out(tmp_path / "p", backend)
    if backend == "hatchling":
        with (project / "pyproject.toml").open("a", encoding="utf-8") as table:
            table.write("[tool.hatch.build.hooks.custom]\n")
        (project / "hatch_build.py").write_text(WAITING_HOOK, encoding="utf-8")
    module = "hatchling.build" if backend == "hatchling" else "hatch_sentry_modules.backend"
    before = projects.snapshot(project)
    waits, dist = tmp_path / "waits", tmp_path / "dist"
    dist.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", f"import {module} as b; b.build_wheel({str(dist)!r})"],
        cwd=project,
        env={
            **os.environ,
            "PATH": PATH,
            "PYTHONDONTWRITEBYTECODE": "1",
            "QUARRY_WAITS": str(waits),
        },
    )
    while not waits.exists():
        assert process.poll() is None, "the build ended before it was killed"
        time.sleep(0.01)
    process.kill()
    assert process.wait() != 0
    assert projects.snapshot(project) == before
    assert not list(dist.iterdir())
