"""Each command on each kind of artifact, all of which the tools themselves built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.bundles import bare_python
from demo.commands import run as start
from hatch_sentry_modules.artifacts.inspection import inspect
from tests.artifacts.built import KINDS, LISTED, Workshop
from tests.command_line import refused, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("every kind")]

OWN_ALONE = {"wheel", "sdist"}
TAKES_MORE = {"directory", "zip", "zipapp", "shiv", "pex", "pex-loose", "pex-packed", "pex-venv"}
STARTS = TAKES_MORE - {"zip"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Lay out the project, build its wheel and install it."""
    return Workshop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def older(shop: Workshop) -> Path:
    """Write an older lock file of the same project."""
    folder = shop.folder / "older"
    folder.mkdir()
    for name in ("pyproject.toml", "uv.lock"):
        text = (shop.project / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace('"26.1"', '"25.0"'), encoding="utf-8")
    return folder / "uv.lock"


@pytest.fixture(scope="module", params=KINDS)
def name(request: pytest.FixtureRequest) -> str:
    """Name a kind; all that is asked of one comes before the next is built."""
    return str(request.param)


@pytest.fixture(scope="module")
def artifact(name: str, shop: Workshop) -> Path:
    """Build an artifact of the kind."""
    return KINDS[name][1](shop)


def test_inspect(name: str, artifact: Path, shop: Workshop) -> None:
    """The document is the one that freeze prints, markers and all, and the kind is known."""
    frozen = run("freeze", "--format", "json", shop.project).stdout
    assert run("inspect", "--format", "json", artifact).stdout.rstrip() == frozen.rstrip()
    found = inspect(artifact)
    assert found.kind == KINDS[name][0]
    assert found.unread == ()
    (manifest,) = found.manifests
    assert manifest.faults == ()
    held = {str(d.name): d.version for d in found.metadata.distributions}
    expected = {"acme-app": "4.2.0"} if name in OWN_ALONE else LISTED
    assert {key: held.get(key) for key in expected} == expected
    # Each freezer brings something of its own, and an environment its installer.
    more = held.keys() - LISTED.keys()
    assert not more or name in {"environment", "cx_Freeze", "onefile", "onedir"}


def test_diff(artifact: Path, shop: Workshop, older: Path) -> None:
    """It holds what the lock file says, and more than an older one said."""
    same = run("diff", "--exit-code", artifact, shop.project / "uv.lock")
    assert same.exit_code == 0, same.output
    changed = run("diff", "--format", "json", "--exit-code", older, artifact)
    assert changed.exit_code == 1, changed.output
    changes = json.loads(changed.stdout)["changes"]
    assert [(one["name"], one["change"]) for one in changes] == [("packaging", "upgraded")]


def test_verify(artifact: Path, shop: Workshop, older: Path) -> None:
    """The manifest says what is there and what was locked, and not what was locked before."""
    assert (result := run("verify", artifact)).exit_code == 0, result.output
    result = run("verify", artifact, "--against", shop.project / "uv.lock")
    assert result.exit_code == 0, result.output
    result = run("verify", artifact, "--against", older)
    assert result.exit_code == 1
    assert "downgraded" in result.stdout


def test_inject(name: str, artifact: Path, tmp_path: Path) -> None:
    """What can take a manifest has it at its top and starts as before; the rest is refused."""
    out = tmp_path / artifact.name
    if name not in TAKES_MORE:
        assert "cannot inject into a" in refused("inject", artifact, "-o", out)
        assert not out.exists()
        return
    result = run("inject", artifact, "-o", out)
    assert result.exit_code == 0, result.output
    assert [one.place for one in inspect(out).manifests if one.manifest.is_injected] == [
        "_sentry_modules.py"
    ]
    assert (result := run("verify", out)).exit_code == 0, result.output
    assert "nothing to change" in run("inject", out).stdout
    if name in STARTS:
        python = bare_python(tmp_path / "bare")
        more = {"SHIV_ROOT": str(tmp_path / "shiv"), "PEX_ROOT": str(tmp_path / "pex")}
        assert start(python, out, more=more) == "sold 1\n"


@pytest.mark.parametrize("form", ["cyclonedx", "requirements"])
def test_for_scanners(form: str, artifact: Path) -> None:
    """The SBOM and the pins list exactly the manifest."""
    result = run("inspect", "--format", form, artifact)
    assert result.exit_code == 0, result.output
    if form == "requirements":
        assert result.stdout == 'colorama==0.4.6 ; sys_platform == "win32"\npackaging==26.1\n'
        return
    document = json.loads(result.stdout)
    assert document["metadata"]["component"]["purl"] == "pkg:pypi/acme-app@4.2.0"
    assert [component["purl"] for component in document["components"]] == [
        "pkg:pypi/colorama@0.4.6",
        "pkg:pypi/packaging@26.1",
    ]
