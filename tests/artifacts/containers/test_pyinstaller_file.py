"""Looking into what PyInstaller really made."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.cache import kept_python
from demo.commands import run as start
from hatch_sentry_modules.artifacts.containers.container import ArtifactError
from hatch_sentry_modules.artifacts.containers.pyinstaller_file import COOKIE
from hatch_sentry_modules.artifacts.inspection import inspect
from tests.artifacts import bundled
from tests.artifacts.built import TOOLS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("PyInstaller file")]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundle an application as one file and as a folder."""
    work = tmp_path_factory.mktemp("pyinstaller")
    bundled.application(work / "source")
    script = work / "source" / "start.py"
    script.write_text("import acme_app._sentry_modules\n", encoding="utf-8")
    for kind in ("onefile", "onedir"):
        options = (f"--{kind}", "--name", kind, "--log-level", "ERROR", "--noconfirm")
        start(kept_python("artifacts", *TOOLS), "-m", "PyInstaller", *options, script, folder=work)
    return work / "dist"


@pytest.mark.parametrize("kind", ["onefile", "onedir"])
def test_the_compiled_manifest_in_the_program(kind: str, bundles: Path) -> None:
    """It is found among the modules, whatever Python made them."""
    (path,) = bundles.glob(f"{kind}*")
    found = inspect(path)
    assert found.kind == f"PyInstaller {'executable' if kind == 'onefile' else 'directory'}"
    (manifest,) = [m for m in found.manifests if "acme_app/" in m.place]
    listed = {d.key: d.version for d in manifest.manifest.distributions}
    assert listed == {**bundled.HELD, "colorama": "0.4.6"}
    assert manifest.faults == ()
    assert found.unread == ()


def test_a_program_that_is_cut_off_or_changed(bundles: Path, tmp_path: Path) -> None:
    """Cut anywhere in its archive it is refused; with a wrong description too."""
    (program,) = [p for p in (bundles / "onedir").iterdir() if p.stem == "onedir"]
    whole = program.read_bytes()
    cut = tmp_path / "cut"
    at = whole.rfind(COOKIE) + len(COOKIE)
    # What follows is the system's: it says nothing of the archive.
    for size in range(0, at, max(1024, len(whole) // 50)):
        cut.write_bytes(whole[:size])
        with pytest.raises(ArtifactError):
            inspect(cut)
    for place in range(at, at + 12):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        cut.write_bytes(changed)
        with pytest.raises(ArtifactError):
            inspect(cut)
