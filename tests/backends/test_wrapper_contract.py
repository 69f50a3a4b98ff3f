"""The wrapper among frontends: what they do about a backend, they do about a wrapped one."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from pyproject_hooks import BackendUnavailable, UnsupportedOperation

from tests.backends import archives, projects
from tests.backends.building import BuildFailedError, build, caller


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out a project with a backend of its own."""
    return projects.lay_out(tmp_path / "p", "in-tree")


def edit(project: Path, old: str, new: str) -> None:
    """Change a text in ``pyproject.toml``."""
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8")
    assert old in text
    table.write_text(text.replace(old, new, 1), encoding="utf-8")


def extend(project: Path, source: str) -> None:
    """Put more into the project's backend."""
    module = project / "quarry" / "quarry" / "hooks.py"
    module.write_text(module.read_text(encoding="utf-8") + source, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("quarry.hooks:", "quarry.hoocks:", "build-backend: 'quarry.hoocks' cannot be imported"),
        ("quarry.hooks:Quarry.backend", "tomli", "backend-path: 'tomli' was not found there"),
    ],
)
def test_a_missing_backend_is_missing_for_the_frontend(
    old: str, new: str, message: str, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It gets the exception that it knows, whose last line says where the mistake is."""
    edit(project, old, new)
    for hook in ("get_requires_for_build_wheel", "get_requires_for_build_sdist"):
        with pytest.raises(BackendUnavailable) as caught:
            getattr(caller(project), hook)()
        assert message in str(caught.value.traceback).splitlines()[-1]
        assert f"error: pyproject.toml: tool.sentry-modules.{message}" in capfd.readouterr().out


def test_what_the_backend_cannot_import_is_its_own_error(project: Path) -> None:
    """The table is right, so the message is the backend's and not about the table."""
    extend(project, "import quarry_without_stones\n")
    with pytest.raises(BackendUnavailable) as caught:
        build(project, "wheel", project.parent / "dist")
    assert "No module named 'quarry_without_stones'" in str(caught.value.traceback)


def test_an_unsupported_operation_is_one_for_the_frontend(project: Path) -> None:
    """A backend that cannot make an sdist here says so, and pip then goes on with the tree."""
    extend(
        project,
        """
class UnsupportedOperation(Exception):
    pass

def build_sdist(*_):
    raise UnsupportedOperation("no history here")

Quarry.backend.UnsupportedOperation = UnsupportedOperation
Quarry.backend.build_sdist = build_sdist
""",
    )
    with pytest.raises(UnsupportedOperation, match="no history here"):
        caller(project).build_sdist(str(project))
    wheel = build(project, "wheel", project.parent / "dist")
    assert archives.module(wheel) == projects.MODULE


IN_TREE = """\
from hatch_sentry_modules.backend import *

def get_requires_for_build_wheel(config_settings=None):
    return ["slate"]
"""


@pytest.mark.parametrize("backend", ["in-tree", "flit-core"])
def test_a_project_extends_the_wrapper(backend: str, tmp_path: Path) -> None:
    """``backend-path`` of ``[build-system]`` serves the wrapper and a backend beside it."""
    project = projects.lay_out(tmp_path / "p", backend)
    folder = project / "quarry"
    folder.mkdir(exist_ok=True)
    (folder / "own.py").write_text(IN_TREE, encoding="utf-8")
    own = 'build-backend = "own"\nbackend-path = ["quarry"]\n'
    edit(project, 'build-backend = "hatch_sentry_modules.backend"\n', own)
    if backend == "in-tree":
        edit(project, 'Quarry.backend"\nbackend-path = ["quarry"]\n', 'Quarry.backend"\n')
    hooks = caller(project)
    assert hooks.get_requires_for_build_wheel() == ["slate"]
    assert ("build_editable" in hooks._supported_features()) is (backend == "flit-core")
    assert archives.module(build(project, "wheel", tmp_path / "dist")) == projects.MODULE


SDIST_WITHOUT_METADATA = """
import tarfile

def build_sdist(folder, config_settings=None):
    with tarfile.open(Path(folder, "acme_app-4.2.0.tar.gz"), "w:gz") as file:
        file.add("pyproject.toml", "acme_app-4.2.0/pyproject.toml")
    return "acme_app-4.2.0.tar.gz"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    with ZipFile(Path(folder, "acme_app-4.2.0-py3-none-any.whl"), "w") as file:
        file.write("src/acme/__init__.py", "acme/__init__.py")
    return "acme_app-4.2.0-py3-none-any.whl"

Quarry.backend.build_sdist = build_sdist
Quarry.backend.build_wheel = build_wheel
"""


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_an_archive_without_metadata_is_handed_on_where_nothing_is_required(
    kind: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default it stops the build; with ``required = false`` there is a warning."""
    extend(project, SDIST_WITHOUT_METADATA)
    fault = {"sdist": "PKG-INFO: the sdist holds none", "wheel": "the wheel holds 0 of it"}[kind]
    with pytest.raises(BuildFailedError, match=fault):
        build(project, kind, project.parent / "dist")
    edit(project, "[tool.sentry-modules]\n", "[tool.sentry-modules]\nrequired = false\n")
    archive = build(project, kind, project.parent / "dist")
    assert not archives.generated(archive)
    printed = capsys.readouterr().out
    assert fault in printed
    assert "No manifest is built in." in printed
    if kind == "sdist":
        with tarfile.open(archive) as file:
            assert file.getnames() == ["acme_app-4.2.0/pyproject.toml"]
