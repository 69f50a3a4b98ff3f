"""Programs that one Python made, looked into from another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.bundles import PYINSTALLER
from demo.commands import run as start
from tests.artifacts import bundled
from tests.other_pythons import environment

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("other pythons")]

ROOT = Path(__file__).parents[2]
NEEDED = ("packaging>=26.1", "tomli", "click", "rich")


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
