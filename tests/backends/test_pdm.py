"""The pdm-backend hook, in the layouts that pdm-backend knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backends import archives, projects
from tests.backends.building import build


@pytest.mark.parametrize(
    ("settings", "files", "in_wheel"),
    [
        pytest.param("", [], projects.PLACE, id="tests are in the sdist alone"),
        pytest.param(
            'source-includes = ["checks/*.py"]\n',
            ["checks/__init__.py", "checks/unit.py"],
            projects.PLACE,
            id="other files in the sdist alone",
        ),
        pytest.param(
            'includes = ["src/coyote"]\n',
            ["src/coyote/app/__init__.py"],
            "coyote/app/_sentry_modules.py",
            id="namespace",
        ),
    ],
)
def test_the_module_goes_beside_the_code(
    settings: str, files: list[str], in_wheel: str, tmp_path: Path
) -> None:
    """It goes into the import package, and a wheel from the sdist has the same bytes."""
    project = projects.lay_out(tmp_path / "p", "pdm-backend")
    for file in [*files, "tests/__init__.py"]:
        path = project / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    table = project / "pyproject.toml"
    own = 'package-dir = "src"\n'
    text = table.read_text(encoding="utf-8").replace(own, own + settings)
    table.write_text(text, encoding="utf-8")
    direct = build(project, "wheel", tmp_path / "direct")
    assert archives.generated(direct) == [in_wheel]
    sdist = build(project, "sdist", tmp_path / "dist")
    assert archives.generated(sdist) == [f"src/{in_wheel}"]
    top = projects.unpack(sdist, tmp_path / "unpacked")
    assert build(top, "wheel", tmp_path / "dist").read_bytes() == direct.read_bytes()


def test_a_project_that_is_not_configured_is_left_alone(tmp_path: Path) -> None:
    """pdm-backend runs the hook in every build of the environment; without the table it rests."""
    project = projects.lay_out(tmp_path / "p", "pdm-backend")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8").replace("[tool.sentry-modules]\n", "")
    table.write_text(text, encoding="utf-8")
    for kind in ("wheel", "sdist"):
        assert archives.generated(build(project, kind, tmp_path / "dist")) == []
