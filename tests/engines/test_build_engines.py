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
from tests.engines.processes import started, wait_for

LOCK = "flask==3.1.3\nhumanize==4.17.0 ; python_version >= '3.11'\n"


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


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("TEST_ENGINES"), reason="large: make test-engines")
@pytest.mark.skipif(not shutil.which("bazel"), reason="Debian: apt-get install bazel-bootstrap")
def test_the_page_holds_for_bazel(tmp_path: Path) -> None:
    """Bazel's sandbox makes the file that the plain command makes."""
    place = Workplace(tmp_path)
    place.write("build-engines.md")
    (tmp_path / "third_party").mkdir()
    (tmp_path / "third_party" / "requirements.txt").write_text(LOCK, encoding="utf-8")
    for name in ("WORKSPACE", "tools/.keep"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    plain, tool, bazel = blocks("build-engines.md", "sh")
    # Python 3.11's own pip takes no address for a constraint where an extra is asked for.
    more = {"PIP_CONSTRAINT": "", "PIP_FIND_LINKS": str(tmp_path / "wheels")}
    place.run(f"{plain}\n{tool}", **more)
    log, made = tmp_path / "log", tmp_path / "bazel-bin" / "acme" / "_sentry_modules.py"
    settings = {"TEST_TMPDIR": str(tmp_path / "bazel")}
    with started("sh", "-euc", f"{bazel}\ntouch done\nsleep 600", log=log, more=settings):
        wait_for((tmp_path / "done").exists, log, 300)
        assert made.read_bytes() == (tmp_path / "acme" / "_sentry_modules.py").read_bytes()
