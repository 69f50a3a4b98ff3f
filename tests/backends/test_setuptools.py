"""The setuptools extension, in the ways in which a project can be described."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends import archives, projects
from tests.backends.building import EPOCH, BuildFailedError, build

TABLE = """\
[build-system]
requires = ["setuptools", "hatch-sentry-modules"]
build-backend = "setuptools.build_meta"

[tool.sentry-modules]
"""

SETUP_CFG = """\
[metadata]
name = acme-app
version = 4.2.0
[options]
package_dir =
    = src
packages = find:
[options.packages.find]
where = src
"""

SETUP_PY = """\
from setuptools import setup
setup(name="acme-app", version="4.2.0", package_dir={"": "src"}, packages=["acme"])
"""


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    """Make a project that ``setup.py`` or ``setup.cfg`` describes, and other files."""
    shutil.copytree(projects.FIXTURES / "acme", folder)
    (folder / "project.toml").unlink()
    for name, text in {"pyproject.toml": TABLE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "in_wheel", "in_sdist"),
    [
        pytest.param({"setup.cfg": SETUP_CFG}, projects.PLACE, None, id="setup.cfg"),
        pytest.param({"setup.py": SETUP_PY}, projects.PLACE, None, id="setup.py"),
        pytest.param(
            {
                "setup.py": SETUP_PY.replace(
                    'package_dir={"": "src"}, packages=["acme"]',
                    'package_dir={"shop": "src/acme"}, packages=["shop"]',
                )
            },
            "shop/_sentry_modules.py",
            "src/acme/_sentry_modules.py",
            id="package_dir",
        ),
        pytest.param(
            {
                "setup.py": SETUP_PY.replace('packages=["acme"]', 'py_modules=["anvils"]'),
                "src/anvils.py": "",
            },
            "_sentry_modules.py",
            "src/_sentry_modules.py",
            id="py_modules",
        ),
        pytest.param(
            {
                "setup.py": SETUP_PY.replace('["acme"]', '["acme", "acme.app"]'),
                "src/acme/app/__init__.py": "",
            },
            projects.PLACE,
            None,
            id="package in a package",
        ),
        pytest.param(
            {
                "setup.py": SETUP_PY.replace('["acme"]', '["coyote.app"]'),
                "src/coyote/app/__init__.py": "",
            },
            "coyote/app/_sentry_modules.py",
            None,
            id="namespace",
        ),
    ],
)
def test_the_module_goes_beside_the_code(
    files: dict[str, str], in_wheel: str, in_sdist: str | None, tmp_path: Path
) -> None:
    """It goes into the import package, and a wheel from the sdist has it there too."""
    project = lay_out(tmp_path / "p", files)
    wheel = build(project, "wheel", tmp_path / "direct")
    assert archives.generated(wheel) == [in_wheel]
    assert archives.module(wheel, in_wheel) == projects.MODULE
    archives.check_record(wheel)
    sdist = build(project, "sdist", tmp_path / "dist")
    assert archives.generated(sdist) == [in_sdist or f"src/{in_wheel}"]
    top = projects.unpack(sdist, tmp_path / "unpacked")
    (top / "uv.lock").unlink(missing_ok=True)
    again = build(top, "wheel", tmp_path / "dist")
    assert archives.generated(again) == [in_wheel]
    assert archives.module(again, in_wheel) == projects.MODULE


def test_a_module_of_an_earlier_build_is_not_packed(tmp_path: Path) -> None:
    """The build folder outlives a build; what another configuration left there is removed."""
    project = projects.lay_out(tmp_path / "p", "setuptools")
    assert archives.generated(build(project, "wheel", tmp_path / "one")) == [projects.PLACE]
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8")
    own = "[tool.sentry-modules]\n"
    table.write_text(text.replace(own, own + 'path = "_sentry_modules.py"\n'), encoding="utf-8")
    wheel = build(project, "wheel", tmp_path / "two")
    assert archives.generated(wheel) == ["_sentry_modules.py"]
    table.write_text(text.replace(own, own + "required = false\n"), encoding="utf-8")
    (project / "uv.lock").unlink()
    assert archives.generated(build(project, "wheel", tmp_path / "three")) == []


def run_setup(project: Path, *arguments: str) -> None:
    """Run a project's ``setup.py``."""
    subprocess.run([sys.executable, "setup.py", "-q", *arguments], cwd=project, check=True)


def test_setup_py_builds_without_a_frontend(tmp_path: Path) -> None:
    """``python setup.py bdist_wheel sdist`` gives the module too, with a tagged version."""
    project = lay_out(
        tmp_path / "p", {"setup.py": SETUP_PY, "setup.cfg": "[egg_info]\ntag_build = .dev7\n"}
    )
    run_setup(project, "bdist_wheel", "sdist")
    (wheel,) = project.glob("dist/*.whl")
    (sdist,) = project.glob("dist/*.tar.gz")
    expected = projects.MODULE.replace("4.2.0", "4.2.0.dev7")
    assert archives.module(wheel) == expected
    top = projects.unpack(sdist, tmp_path / "unpacked")
    assert (top / "src" / projects.PLACE).read_text(encoding="ascii") == expected


@pytest.mark.parametrize("mode", ["lenient", "strict"])
def test_every_editable_mode_is_left_alone(mode: str, tmp_path: Path) -> None:
    """No editable install carries the module, and the sources stay as they are."""
    project = projects.lay_out(tmp_path / "p", "setuptools")
    before = projects.snapshot(project / "src" / "acme")
    wheel = build(project, "editable", tmp_path / "dist", settings={"editable_mode": mode})
    assert archives.generated(wheel) == []
    assert not list(project.rglob("_sentry_modules.py"))
    assert projects.snapshot(project / "src" / "acme") == before


OWN_BUILD = """\
from setuptools.command.build import build

class Build(build):
    sub_commands = [*build.sub_commands]

    def run(self):
        super().run()
        print("own build ran")
"""


def test_own_command_classes_in_setup_py_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A project's own ``build``, with its own list, and its own ``sdist`` do what they did."""
    own = OWN_BUILD + (
        "from setuptools.command.sdist import sdist\n"
        "class Sdist(sdist):\n"
        "    def make_release_tree(self, base_dir, files):\n"
        "        super().make_release_tree(base_dir, files)\n"
        "        print('own sdist ran')\n"
    )
    commands = 'cmdclass={"build": Build, "sdist": Sdist}, name='
    project = lay_out(tmp_path / "p", {"setup.py": own + SETUP_PY.replace("name=", commands)})
    assert archives.module(build(project, "wheel", tmp_path / "dist")) == projects.MODULE
    assert archives.generated(build(project, "sdist", tmp_path / "dist"))
    printed = capsys.readouterr().out
    assert "own build ran" in printed
    assert "own sdist ran" in printed


def test_own_command_classes_in_a_file_leave_room_or_are_told(tmp_path: Path) -> None:
    """Setuptools drops extensions' ``sdist`` for such a table: the message says what to add."""
    project = projects.lay_out(tmp_path / "p", "setuptools")
    (project / "src" / "own.py").write_text(OWN_BUILD, encoding="utf-8")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8") + (
        '[tool.setuptools]\npackages = ["acme"]\npackage-dir = {"" = "src"}\n'
        '[tool.setuptools.cmdclass]\nbuild = "own.Build"\n'
    )
    table.write_text(text, encoding="utf-8")
    assert archives.module(build(project, "wheel", tmp_path / "dist")) == projects.MODULE
    with pytest.raises(BuildFailedError, match="SentryModulesSdist") as caught:
        build(project, "sdist", tmp_path / "dist")
    assert "Traceback" not in str(caught.value)
    sdist = 'sdist = "hatch_sentry_modules.backends.setuptools_commands.SentryModulesSdist"\n'
    table.write_text(text + sdist, encoding="utf-8")
    assert archives.generated(build(project, "sdist", tmp_path / "dist"))


TWO_BUILDS = """\
import os, sys
from setuptools import setup
for folder in sys.argv[1:]:
    os.chdir(folder)
    setup(
        name="acme-app", version="4.2.0", package_dir={"": "src"}, packages=["acme"],
        script_name="setup.py", script_args=["-q", "bdist_wheel"],
    )
"""


def test_a_build_that_is_not_configured_is_untouched(tmp_path: Path) -> None:
    """Neither being installed nor an earlier build in the same process changes its bytes."""
    configured = lay_out(tmp_path / "configured", {})
    plain = lay_out(tmp_path / "plain", {"pyproject.toml": "[tool.other]\n"})
    alone = lay_out(tmp_path / "alone", {"pyproject.toml": "[tool.other]\n"})
    unseen = lay_out(tmp_path / "unseen", {})
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    script = [sys.executable, "-c", TWO_BUILDS]
    subprocess.run([*script, configured, plain], env=environment, check=True)
    # Without the entry points of this project: setuptools asks importlib.metadata for them.
    hidden = "import importlib.metadata as m; d = m.distributions; m.distributions = lambda **k: ("
    hidden += "x for x in d(**k) if x.name != 'hatch-sentry-modules')\n"
    script = [sys.executable, "-c", hidden + TWO_BUILDS]
    subprocess.run([*script, alone, unseen], env=environment, check=True)
    (first,) = configured.glob("dist/*.whl")
    (second,) = plain.glob("dist/*.whl")
    (third,) = alone.glob("dist/*.whl")
    (fourth,) = unseen.glob("dist/*.whl")
    assert archives.module(first) == projects.MODULE
    assert archives.generated(second) == []
    assert archives.generated(fourth) == []
    assert second.read_bytes() == third.read_bytes()


IMPORTED = """\
import sys
from setuptools import build_meta
build_meta.build_wheel(sys.argv[1])
print(*(name for name in sys.modules if name.startswith("hatch_sentry_modules")), sep="\\n")
"""


def test_a_build_that_is_not_configured_imports_the_entrance_alone(tmp_path: Path) -> None:
    """What entry points name is imported; behind the entrance nothing is needed."""
    project = lay_out(tmp_path / "p", {"pyproject.toml": "[tool.setuptools]\n"})
    command = [sys.executable, "-c", IMPORTED, str(tmp_path)]
    run = subprocess.run(command, cwd=project, check=True, capture_output=True, encoding="utf-8")
    ours = [line for line in run.stdout.splitlines() if line.startswith("hatch_sentry_modules")]
    entrance = "hatch_sentry_modules.backends.setuptools"
    assert ours == ["hatch_sentry_modules", "hatch_sentry_modules.backends", entrance]


def test_a_name_that_setuptools_makes_valid(tmp_path: Path) -> None:
    """What was never on an index is called as its owner likes."""
    text = SETUP_PY.replace('"acme-app", version="4.2.0"', '"Acme App", version="4.2-1"')
    project = lay_out(tmp_path / "p", {"setup.py": text})
    wheel = build(project, "wheel", tmp_path / "dist")
    modules = json.loads(archives.module(wheel).partition('r"""')[2].partition('"""')[0])["modules"]
    assert modules["acme-app"] == "4.2.post1"


def test_a_folder_that_is_gone_is_none_of_ours(tmp_path: Path) -> None:
    """Setuptools itself makes a distribution there."""
    program = (
        "import os, setuptools\n"
        f"os.chdir({str(tmp_path)!r})\nos.rmdir({str(tmp_path)!r})\n"
        "setuptools.Distribution()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
