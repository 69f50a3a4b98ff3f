"""``freeze`` as a build engine runs it: named inputs in an empty folder, one named output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hatch_sentry_modules.render import HEADER
from tests.bundles.pages import Workplace, blocks
from tests.engines.processes import finished, started, wait_for
from tests.engines.worker_page import path_with
from tests.other_pythons import environment

PAGE = "build-engines.md"
FREEZE, PEX, BUILD, EXPORT = range(4)
"""The page's blocks for a shell, in their order."""

LOCK = "flask==3.1.3\nhumanize==4.17.0 ; python_version >= '3.11'\n"
PANTS = ("3.9", "pants", "pantsbuild.pants==2.17.1")
"""The last that a package index has, and the newest Python that it runs on."""


def _freeze(folder: Path, lock: str | Path, output: str | Path, **more: str) -> bytes:
    """Run the command in a folder, and return the file that it made."""
    command = ["-m", "hatch_sentry_modules", "freeze", "--source", lock, "-o", output]
    environment: Mapping[str, str] = {**os.environ, **more}
    subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True)
    return (folder / output).read_bytes()


def test_a_lock_goes_in_and_a_module_comes_out(tmp_path: Path) -> None:
    """No pyproject.toml is needed, and the folders of the output are made."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "requirements.txt").write_text(LOCK, encoding="utf-8")
    module = _freeze(tmp_path, "in/requirements.txt", "out/app/_sentry_modules.py")
    assert module.startswith(HEADER.encode())
    assert b'"flask": "3.1.3"' in module
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


def test_the_bytes_are_those_of_the_inputs(tmp_path: Path) -> None:
    """Another folder, home, time zone, hash seed and locale give the same module."""
    made = set()
    for number, zone in enumerate(("UTC", "Pacific/Apia")):
        folder = tmp_path / f"sandbox {number}"
        folder.mkdir()
        (folder / "requirements.txt").write_text(LOCK, encoding="utf-8")
        more = {"TZ": zone, "HOME": str(folder), "PYTHONHASHSEED": str(number), "LC_ALL": "C"}
        made.add(_freeze(folder, (folder / "requirements.txt").resolve(), "x/m.py", **more))
    assert len(made) == 1


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Write the page's files, and run the plain command and the one that packs it."""
    place = Workplace(tmp_path_factory.mktemp("page"))
    place.write(PAGE)
    for name, text in {"third_party/requirements.txt": LOCK, "WORKSPACE": ""}.items():
        (place.folder / name).parent.mkdir(exist_ok=True)
        (place.folder / name).write_text(text, encoding="utf-8")
    # Python 3.11's own pip takes no address for a constraint where an extra is asked for.
    more = {"PIP_CONSTRAINT": "", "PIP_FIND_LINKS": str(place.folder / "wheels")}
    commands = blocks(PAGE, "sh")
    place.run(f"{commands[FREEZE]}\n{commands[PEX]}", **more)
    return place


large = pytest.mark.skipif(not os.environ.get("TEST_ENGINES"), reason="large: make test-engines")


@large
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("bazel"), reason="Debian: apt-get install bazel-bootstrap")
def test_the_page_holds_for_bazel(place: Workplace, tmp_path: Path) -> None:
    """Bazel's sandbox makes the file that the plain command makes."""
    log, folder = tmp_path / "log", place.folder
    script = f"{blocks(PAGE, 'sh')[BUILD]}\ntouch done\nsleep 600"
    settings = {"TEST_TMPDIR": str(tmp_path / "bazel")}
    with started("sh", "-euc", script, log=log, more=settings, folder=folder):
        wait_for((folder / "done").exists, log, 300)
        made = folder / "bazel-bin" / "acme" / "_sentry_modules.py"
        assert made.read_bytes() == (folder / "acme" / "_sentry_modules.py").read_bytes()


@large
@pytest.mark.slow
def test_the_page_holds_for_pants(place: Workplace, tmp_path: Path) -> None:
    """The sandbox of Pants makes the file that the plain command makes, of the named inputs."""
    for name in ("pants.toml", "BUILD.pants", "third_party", "tools"):
        copy = shutil.copytree if (place.folder / name).is_dir() else shutil.copy
        copy(place.folder / name, tmp_path / name)
    (commands := tmp_path / "commands").mkdir()
    pants = f"#!{environment(*PANTS)}\nfrom pants.bin.pants_loader import main\n\nmain()\n"
    (commands / "pants").write_text(pants, encoding="utf-8")  # its own names another folder
    (commands / "pants").chmod(0o755)
    more = {**path_with(commands, place.python.parent), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    finished("sh", "-euc", blocks(PAGE, "sh")[EXPORT], folder=tmp_path, more=more)
    made = tmp_path / "dist" / "codegen" / "acme" / "_sentry_modules.py"
    assert made.read_bytes() == (place.folder / "acme" / "_sentry_modules.py").read_bytes()
