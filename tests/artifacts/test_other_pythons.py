"""Programs that one Python made, looked into from another."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from demo.bundles import PYINSTALLER
from demo.cache import keep, python_of
from demo.commands import run as start
from tests.artifacts import bundled

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("other pythons")]

ROOT = Path(__file__).parents[2]
NEEDED = ("packaging>=26.1", "tomli", "click", "rich")


def interpreter(version: str) -> Path:
    """Find a Python of this machine, on the path or where pyenv keeps them."""
    kept = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
    for path in (shutil.which(f"python{version}"), *sorted(kept)):
        if path and not subprocess.run([path, "-c", ""], check=False).returncode:
            return Path(path)
    pytest.skip(f"there is no Python {version}")


def environment(version: str, name: str, *requirements: str) -> Path:
    """Return the interpreter of a kept environment of another Python."""
    base = interpreter(version)

    def fill(folder: Path) -> None:
        start(base, "-m", "venv", folder)
        start(python_of(folder), "-m", "pip", "install", "-q", *requirements)

    return python_of(keep(f"{name}-{version}", (str(base), *requirements), fill))


@pytest.mark.parametrize("kind", ["onefile", "onedir"])
@pytest.mark.parametrize(("builder", "reader"), [("3.9", "3.13"), ("3.13", "3.10")])
def test_a_bundle_of_another_python(builder: str, reader: str, kind: str, tmp_path: Path) -> None:
    """The compiled manifest is read whatever made it; the build side itself needs Python 3.10."""
    python = environment(builder, "pyinstaller", PYINSTALLER)
    bundled.application(tmp_path / "source")
    script = tmp_path / "source" / "start.py"
    script.write_text("import acme_app._sentry_modules\n", encoding="utf-8")
    options = (f"--{kind}", "--name", "acme", "--log-level", "ERROR", "--noconfirm")
    start(python, "-m", "PyInstaller", *options, script, folder=tmp_path)
    (path,) = (tmp_path / "dist").iterdir()
    other = environment(reader, "reader", *NEEDED)
    arguments = ("-m", "hatch_sentry_modules", "inspect", "--format", "json", path)
    document = json.loads(start(other, *arguments, more={"PYTHONPATH": str(ROOT)}))
    assert document == json.loads(bundled.MODULE.split('"""')[1])
