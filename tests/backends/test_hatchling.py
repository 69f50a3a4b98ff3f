"""The hatchling hook, in the layouts that hatchling knows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends import archives, projects
from tests.backends.building import BuildFailedError, build
from tests.command_line import run

HEAD = """\
[build-system]
requires = ["hatchling", "hatch-sentry-modules"]
build-backend = "hatchling.build"

[project]
name = "acme-app"
version = "4.2.0"

[tool.hatch.build.hooks.sentry-modules]
"""


def lay_out(folder: Path, settings: str, *files: str) -> Path:
    """Make a project of empty files, with settings for hatchling."""
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    shutil.copy(projects.FIXTURES / "acme" / "uv.lock", folder)
    (folder / "pyproject.toml").write_text(HEAD + settings, encoding="utf-8")
    return folder


WHEEL = "[tool.hatch.build.targets.wheel]\n"


@pytest.mark.parametrize(
    ("settings", "files", "in_wheel", "in_sdist"),
    [
        pytest.param("", ["acme_app/__init__.py"], "acme_app/_sentry_modules.py", None, id="flat"),
        pytest.param(
            "",
            ["src/acme_app/__init__.py", "src/acme_app/web/__init__.py"],
            "acme_app/_sentry_modules.py",
            "src/acme_app/_sentry_modules.py",
            id="src",
        ),
        pytest.param("", ["acme_app.py"], "_sentry_modules.py", None, id="single module"),
        pytest.param(
            WHEEL + 'only-include = ["src/app.py"]\nsources = ["src"]\n',
            ["src/app.py"],
            "_sentry_modules.py",
            "src/_sentry_modules.py",
            id="single module in src",
        ),
        pytest.param(
            WHEEL + 'packages = ["src/acme"]\n',
            ["src/acme/shop/app/__init__.py"],
            "acme/shop/app/_sentry_modules.py",
            "src/acme/shop/app/_sentry_modules.py",
            id="namespace",
        ),
        pytest.param(
            WHEEL + 'packages = ["acme"]\n',
            ["acme/app/__init__.py", "acme/web/__init__.py"],
            "acme/app/_sentry_modules.py",
            None,
            id="namespace of two, one with the project's name",
        ),
        pytest.param(
            WHEEL + 'packages = ["tools", "acme_app"]\n',
            ["acme_app/__init__.py", "tools/__init__.py"],
            "acme_app/_sentry_modules.py",
            None,
            id="two packages, one with the project's name",
        ),
        pytest.param(
            WHEEL + 'include = ["acme"]\n[tool.hatch.build.targets.wheel.force-include]\n'
            '"vendored/wheels.py" = "acme/A.py"\n"tool.py" = "acme/__main__.py"\n',
            ["acme/__init__.py", "vendored/wheels.py", "tool.py"],
            "acme/_sentry_modules.py",
            "vendored/_sentry_modules.py",
            id="force-include",
        ),
        pytest.param(
            WHEEL + 'only-include = ["lib/code"]\n'
            '[tool.hatch.build.targets.wheel.sources]\n"lib/code" = "acme"\n',
            ["lib/code/__init__.py"],
            "acme/_sentry_modules.py",
            "lib/code/_sentry_modules.py",
            id="renamed",
        ),
    ],
)
def test_the_module_goes_beside_the_code(
    settings: str, files: list[str], in_wheel: str, in_sdist: str | None, tmp_path: Path
) -> None:
    """It goes into the import package, and a wheel from the sdist has the same bytes."""
    project = lay_out(tmp_path / "p", settings, *files)
    direct = build(project, "wheel", tmp_path / "direct")
    assert archives.generated(direct) == [in_wheel]
    assert archives.module(direct, in_wheel) == projects.MODULE
    sdist = build(project, "sdist", tmp_path / "dist")
    assert archives.generated(sdist) == [in_sdist or in_wheel]
    top = projects.unpack(sdist, tmp_path / "unpacked")
    (top / "uv.lock").unlink()
    assert build(top, "wheel", tmp_path / "dist").read_bytes() == direct.read_bytes()


def test_a_module_that_was_committed_is_not_believed(tmp_path: Path) -> None:
    """A stale generated module in a tree that is no sdist gives way to the lock file."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    (project / "src" / projects.PLACE).write_text(
        projects.MODULE.replace("26.1", "1.0"), encoding="ascii"
    )
    wheel = build(project, "wheel", tmp_path / "dist")
    assert archives.generated(wheel) == [projects.PLACE]
    assert archives.module(wheel) == projects.MODULE


def test_a_dynamic_version_is_the_one_that_is_built(tmp_path: Path) -> None:
    """The module names the version that hatchling read from the code."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8").replace('version = "4.2.0"', 'dynamic = ["version"]')
    version = (
        '[tool.hatch.version]\npath = "src/acme/anvil.py"\npattern = "WEIGHT = (?P<version>.+)"\n'
    )
    table.write_text(version + text, encoding="utf-8")
    wheel = build(project, "wheel", tmp_path / "dist")
    assert wheel.name.startswith("acme_app-50-")
    assert '\n"acme-app": "50",\n' in archives.module(wheel)


def test_the_project_file_is_read_once(tmp_path: Path) -> None:
    """What hatchling has parsed is handed on."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    program = """
import sys
from hatchling.build import build_wheel
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
build_wheel("dist")
sys.exit(sum(path.endswith("pyproject.toml") for path in opened))
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=project, check=False).returncode == 1
    (wheel,) = (project / "dist").glob("*.whl")
    assert archives.module(wheel) == projects.MODULE


def test_a_project_that_does_not_switch_the_hook_on_is_left_alone(tmp_path: Path) -> None:
    """Being installed in the environment changes nothing by itself."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("[tool.hatch.build.hooks.sentry-modules]\n", ""), "utf-8")
    wheel = build(project, "wheel", tmp_path / "dist")
    assert archives.generated(wheel) == []


def test_hatchs_own_table_may_hold_the_options(tmp_path: Path) -> None:
    """The build and the command line read the same."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    file, header = project / "pyproject.toml", "[tool.hatch.build.hooks.sentry-modules]\n"
    text = file.read_text(encoding="utf-8").replace("[tool.sentry-modules]\n", "")
    file.write_text(text.replace(header, f'{header}exclude = ["colorama"]\n'), encoding="utf-8")
    wheel = build(project, "wheel", tmp_path / "dist")
    assert '"name": "colorama"' not in archives.module(wheel)
    assert '"name": "colorama"' not in run("freeze", project).stdout


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("pyproject.toml", "tool.hatch.build.targets.wheel.hooks.sentry-modules"),
        (
            "hatch.toml",
            "build]\ntargets.wheel.packages = ['src/acme']\n[build.hooks.sentry-modules",
        ),
    ],
)
def test_options_in_a_table_of_hatch_stop_the_build(tmp_path: Path, file: str, table: str) -> None:
    """In these they would count in this build alone."""
    project = projects.lay_out(tmp_path / "p", "hatchling")
    with (project / file).open("a", encoding="utf-8") as opened:
        opened.write(f"[{table}]\nrequired = false\ndependencies = []\n")
    with pytest.raises(BuildFailedError) as caught:
        build(project, "wheel", tmp_path / "dist")
    line = "hooks.sentry-modules.required: stands where not every entrance reads it; move it to"
    assert line in str(caught.value)
    assert "dependencies" not in str(caught.value)


HOOK = """\
from pathlib import Path
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Made(BuildHookInterface):
    def initialize(self, version, build_data):
        folder = Path(self.root, "src", "made")
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        build_data["artifacts"].append("src/made/__init__.py")
"""


def test_what_another_hook_makes_is_the_package(tmp_path: Path) -> None:
    """A hook that comes before this one can write all the code there is."""
    tables = (
        '[tool.hatch.build.hooks.custom]\n[tool.hatch.build.targets.wheel]\nsources = ["src"]\n'
    )
    project = lay_out(tmp_path / "p", f'{tables}include = ["src/made"]\n', "README.md")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8")
    own = "[tool.hatch.build.hooks.sentry-modules]\n"
    table.write_text(f"{text.replace(own, '')}{own}", encoding="utf-8")
    (project / "hatch_build.py").write_text(HOOK, encoding="utf-8")
    (project / ".gitignore").write_text("src/\n", encoding="utf-8")
    (project / "src").mkdir()
    wheel = build(project, "wheel", tmp_path / "dist")
    assert archives.generated(wheel) == ["made/_sentry_modules.py"]


def test_a_project_of_which_only_sdists_are_built(tmp_path: Path) -> None:
    """Hatchling knows no files for a wheel of it; the sdist has the module at its top."""
    project = lay_out(tmp_path / "p", "", "other/x.py")
    assert archives.generated(build(project, "sdist", tmp_path / "dist")) == ["_sentry_modules.py"]
    with pytest.raises(BuildFailedError, match="Unable to determine which files to ship"):
        build(project, "wheel", tmp_path / "dist")
