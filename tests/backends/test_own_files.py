"""A file of the project's own is never replaced, whichever backend builds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hatch_sentry_modules import layout
from tests.backends import archives, projects
from tests.backends.building import BuildFailedError, build

OWN = "HAND_WRITTEN = True\n"
SOLD = "acme/sold/_sentry_modules.py"

every_entrance = pytest.mark.parametrize("backend", [*projects.WITH_HOOK, "flit-core"])


def refusal(project: Path, kind: str = "wheel") -> str:
    """Build what would replace a file, and return the output."""
    dist = project.parent / "refused"
    with pytest.raises(BuildFailedError) as caught:
        build(project, kind, dist)
    assert "Traceback" not in str(caught.value)
    assert not list(dist.iterdir())
    return str(caught.value)


@every_entrance
@pytest.mark.parametrize(
    ("options", "place"),
    [
        pytest.param("", projects.PLACE, id="hand-written"),
        pytest.param(f'path = "{SOLD}"\n', SOLD, id="path"),
    ],
)
def test_a_wheel_keeps_what_the_project_wrote(
    backend: str, options: str, place: str, tmp_path: Path
) -> None:
    """The build stops with one line that names the file, and the file is as it was."""
    project = projects.lay_out(tmp_path / "p", backend, options)
    file = project / "src" / place
    file.parent.mkdir(exist_ok=True)
    file.write_text(OWN, encoding="utf-8")
    line = f"pyproject.toml: tool.sentry-modules.path: '{place}' is a file of the project"
    assert line in refusal(project)
    assert file.read_text(encoding="utf-8") == OWN


@pytest.mark.parametrize("backend", [*projects.WITH_HOOK, "uv-build"])
def test_an_sdist_keeps_what_the_project_wrote(backend: str, tmp_path: Path) -> None:
    """The same holds for what only an sdist carries; the wrapper puts the module at its top."""
    project = projects.lay_out(tmp_path / "p", backend)
    place = "_sentry_modules.py" if backend == "uv-build" else f"src/{projects.PLACE}"
    (project / place).write_text(OWN, encoding="utf-8")
    if backend == "uv-build":
        table = project / "pyproject.toml"
        text = table.read_text(encoding="utf-8")
        own = 'module-name = "acme"\n'
        table.write_text(text.replace(own, f'{own}source-include = ["_*.py"]\n'), "utf-8")
    assert "_sentry_modules.py" in refusal(project, "sdist")


@every_entrance
def test_a_generated_module_in_the_tree_gives_way(backend: str, tmp_path: Path) -> None:
    """What ``freeze -o`` wrote there earlier is no hindrance."""
    project = projects.lay_out(tmp_path / "p", backend)
    stale = projects.MODULE.replace("26.1", "1.0")
    (project / "src" / projects.PLACE).write_text(stale, encoding="ascii")
    wheel = build(project, "wheel", tmp_path / "dist")
    assert archives.generated(wheel) == [projects.PLACE]
    assert archives.module(wheel) == projects.MODULE
    archives.check_record(wheel)


OTHER_HOOK = """\
from pathlib import Path
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Other(BuildHookInterface):
    def initialize(self, version, build_data):
        file = str(Path(self.root, "other.py"))
        build_data["force_include"][file] = "acme/_sentry_modules.py"
"""


def test_two_hooks_of_hatchling_do_not_share_a_place(tmp_path: Path) -> None:
    """What another hook has put there stops the build, wherever it comes from."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    (project / "hatch_build.py").write_text(OTHER_HOOK, encoding="utf-8")
    (project / "other.py").write_text(OWN, encoding="utf-8")
    table = project / "pyproject.toml"
    custom = "[tool.hatch.build.hooks.custom]\n"
    table.write_text(custom + table.read_text(encoding="utf-8"), encoding="utf-8")
    assert "acme/_sentry_modules.py' is a file of the project" in refusal(project)


PDM_BUILD = """\
def pdm_build_update_files(context, files):
    files["acme/_sentry_modules.py"] = context.root / "other.py"
"""


def test_a_hook_of_a_pdm_project_has_the_last_word(tmp_path: Path) -> None:
    """pdm-backend runs the project's own hook behind ours: its file stands."""
    project = projects.lay_out(tmp_path / "p", "pdm-backend")
    (project / "pdm_build.py").write_text(PDM_BUILD, encoding="utf-8")
    (project / "other.py").write_text(OWN, encoding="utf-8")
    assert archives.module(build(project, "wheel", tmp_path / "dist")) == OWN


def test_setuptools_forgets_what_an_earlier_build_left(tmp_path: Path) -> None:
    """A file that the project has no more lies in the build folder, and is no hindrance."""
    project = projects.lay_out(tmp_path / "p", "setuptools")
    own = project / "src" / projects.PLACE
    own.write_text(OWN, encoding="utf-8")
    refusal(project)
    assert (project / "build" / "lib" / projects.PLACE).is_file()
    own.unlink()
    wheel = build(project, "wheel", tmp_path / "dist")
    assert archives.module(wheel) == projects.MODULE


BOM = '{"of": "the project"}\n'


def test_an_sdist_keeps_an_sbom_of_the_project(tmp_path: Path) -> None:
    """It has the name that ours would have at the top."""
    project = projects.lay_out(tmp_path / "p", "hatchling", "sbom = true\n")
    (project / layout.SBOM_NAME).write_text(BOM, encoding="utf-8")
    line = f"tool.sentry-modules.sbom: '{layout.SBOM_NAME}' is a file of the project. Rename the"
    assert line in refusal(project, "sdist")


def test_a_wheel_keeps_an_sbom_of_the_project(tmp_path: Path) -> None:
    """The wrapped backend has put it where ours goes."""
    project = projects.lay_out(tmp_path / "p", "hatchling", "sbom = true\n")
    (project / layout.SBOM_NAME).write_text(BOM, encoding="utf-8")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8").replace("[tool.hatch.build.hooks.sentry-modules]", "")
    own = 'build-backend = "hatchling.build"\n'
    text = text.replace(own, 'build-backend = "hatch_sentry_modules.backend"\n')
    text = text.replace("[tool.sentry-modules]\n", f"[tool.sentry-modules]\n{own}")
    files = f'packages = ["src/acme"]\nsbom-files = ["{layout.SBOM_NAME}"]\n'
    table.write_text(text.replace('packages = ["src/acme"]\n', files), encoding="utf-8")
    assert f"sboms/{layout.SBOM_NAME}' is a file of the project" in refusal(project)


def test_setuptools_that_builds_into_the_tree_removes_nothing(tmp_path: Path) -> None:
    """What lies there is the project's, such as another application with its own manifest."""
    project = projects.lay_out(tmp_path / "p", "setuptools")
    other = project / "src" / "vendored" / "_sentry_modules.py"
    other.parent.mkdir()
    other.write_text(projects.MODULE, encoding="ascii")
    command = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", "build"]
    subprocess.run([*command, "--build-lib", "src"], cwd=project, check=True)
    assert other.is_file()
    assert (project / "src" / projects.PLACE).is_file()
