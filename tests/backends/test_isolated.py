"""Real isolated builds, as a user's ``python -m build`` and ``pip install .`` make them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends import archives, projects
from tests.backends.building import EPOCH

pytestmark = pytest.mark.slow

MINIMUM = {"hatchling": "hatchling==1.19.0", "setuptools": "setuptools==64.0.0"}
"""The oldest versions that have what the hooks need."""


def build(project: Path, folder: Path, variables: dict[str, str], *options: str) -> list[Path]:
    """Run ``python -m build`` and give what it built, the sdist before the wheel."""
    command = [sys.executable, "-m", "build", "--outdir", str(folder), *options, str(project)]
    done = subprocess.run(
        command,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return sorted(folder.iterdir(), key=lambda path: path.suffix == ".whl")


def commit(project: Path) -> None:
    """Make a repository of a project; meson-python packs what is in one, hatch-vcs asks it."""
    git = ["git", "-c", "user.name=Wile", "-c", "user.email=wile@example.org", "-C", str(project)]
    for arguments in ("init -q", "add -A", "commit -qm First", "tag v5.1"):
        subprocess.run([*git, *arguments.split()], check=True)


@pytest.mark.parametrize("backend", [*projects.PURE, *projects.COMPILED])
def test_isolated_builds_install(
    backend: str, isolated: dict[str, str], twine: str, installing: str, tmp_path: Path
) -> None:
    """The newest backend builds it in an environment of its own, and what it builds is good."""
    project = projects.lay_out(tmp_path / "p", backend)
    commit(project)
    sdist, wheel = build(project, tmp_path / "dist", isolated)
    assert archives.generated(wheel) == [projects.PLACE]
    assert archives.module(wheel) == projects.MODULE
    assert len(archives.generated(sdist)) == 1
    archives.check_record(wheel)
    if unzip := shutil.which("unzip"):
        subprocess.run([unzip, "-tqq", str(wheel)], check=True)
    check = [twine, "-m", "twine", "check", "--strict", str(sdist), str(wheel)]
    subprocess.run(check, check=True)
    for what in (wheel, project):
        install = [installing, "-m", "pip", "install", "-q", "--force-reinstall", str(what)]
        subprocess.run(install, env=isolated, check=True)
        subprocess.run([installing, "-m", "pip", "check"], check=True)
        shown = "import acme._sentry_modules as m; print(open(m.__file__).read(), end='')"
        done = subprocess.run([installing, "-c", shown], check=True, capture_output=True, text=True)
        assert done.stdout == projects.MODULE


@pytest.mark.parametrize("backend", projects.COMPILED)
def test_a_compiled_wheel_is_the_same_from_the_sdist(
    backend: str, isolated: dict[str, str], tmp_path: Path
) -> None:
    """From the sdist, without a lock file, it has the module that it has from the tree."""
    project = projects.lay_out(tmp_path / "p", backend)
    commit(project)
    variables = {**isolated, "SOURCE_DATE_EPOCH": EPOCH}
    (direct,) = build(project, tmp_path / "direct", variables, "--wheel")
    (sdist,) = build(project, tmp_path / "dist", variables, "--sdist")
    top = projects.unpack(sdist, tmp_path / "unpacked")
    (top / "uv.lock").unlink(missing_ok=True)
    (again,) = build(top, tmp_path / "again", variables, "--wheel")
    assert archives.module(direct) == archives.module(again) == projects.MODULE
    assert sorted(archives.members(direct)) == sorted(archives.members(again))


@pytest.mark.parametrize("backend", sorted(MINIMUM))
def test_the_oldest_supported_version_builds(
    backend: str, isolated: dict[str, str], tmp_path: Path
) -> None:
    """What the documentation names as the minimum gives the module, once, from tree and sdist."""
    project = projects.lay_out(tmp_path / "p", backend)
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8")
    pinned = text.replace(f'requires = ["{backend}"', f'requires = ["{MINIMUM[backend]}", "wheel"')
    assert pinned != text
    table.write_text(pinned, encoding="utf-8")
    sdist, wheel = build(project, tmp_path / "dist", isolated)
    (direct,) = build(project, tmp_path / "direct", isolated, "--wheel")
    assert len(archives.generated(sdist)) == 1
    for built in (wheel, direct):
        assert archives.generated(built) == [projects.PLACE]
        assert archives.module(built) == projects.MODULE


def test_the_version_of_a_tag_is_the_one_that_is_built(
    isolated: dict[str, str], tmp_path: Path
) -> None:
    """With hatch-vcs, the module names the version that the repository gives."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8").replace('version = "4.2.0"', 'dynamic = ["version"]')
    text = text.replace('["hatchling"', '["hatch-vcs", "hatchling"')
    table.write_text('[tool.hatch.version]\nsource = "vcs"\n' + text, encoding="utf-8")
    commit(project)
    _, wheel = build(project, tmp_path / "dist", isolated)
    assert wheel.name == "acme_app-5.1-py3-none-any.whl"
    assert archives.module(wheel) == projects.MODULE.replace("4.2.0", "5.1")
