"""The wrapper passes everything through but the finished archives."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest
from pyproject_hooks import HookMissing

from tests.backends import archives, projects
from tests.backends.building import EPOCH, BuildFailedError, build, caller

WRAPPED = ("uv-build", "flit-core", "poetry-core")
WRAPPER = 'build-backend = "hatch_sentry_modules.backend"\n'


def unwrap(project: Path) -> None:
    """Let a project name its backend itself, as before this tool came."""
    table = project / "pyproject.toml"
    lines = table.read_text(encoding="utf-8").replace(WRAPPER, "").splitlines(keepends=True)
    (own,) = (line for line in lines if line.startswith("build-backend"))
    lines.remove(own)
    text = "".join(lines).replace("[tool.sentry-modules]\n", "")
    table.write_text(text.replace("[build-system]\n", "[build-system]\n" + own), "utf-8")


def entries(wheel: Path) -> list[tuple[str, bytes, tuple[object, ...]]]:
    """Return all but the generated module and RECORD: their names, packed bytes and facts."""
    with ZipFile(wheel) as file:
        ends = sorted([*(info.header_offset for info in file.infolist()), file.start_dir])
        raw = wheel.read_bytes()
        return [
            (info.filename, raw[info.header_offset : ends[index + 1]], facts(info))
            for index, info in enumerate(file.infolist())
            if not info.filename.endswith(("/RECORD", "_sentry_modules.py"))
        ]


def facts(info: ZipInfo) -> tuple[object, ...]:
    """Return what the zip file's own table says of an entry."""
    return info.external_attr, info.compress_type, info.date_time, info.create_system, info.extra


@pytest.mark.parametrize("backend", WRAPPED)
def test_the_wheel_is_otherwise_as_the_backend_made_it(backend: str, tmp_path: Path) -> None:
    """Name, order, compression, permissions and packed bytes of all else are the backend's."""
    project = projects.lay_out(tmp_path / "p", backend)
    environment = {"SOURCE_DATE_EPOCH": EPOCH}
    wrapped = build(project, "wheel", tmp_path / "wrapped", environment=environment)
    unwrap(project)
    plain = build(project, "wheel", tmp_path / "plain", environment=environment)
    assert archives.generated(plain) == []
    assert wrapped.name == plain.name
    assert entries(wrapped) == entries(plain)


@pytest.mark.parametrize("backend", WRAPPED)
def test_prepared_metadata_is_that_of_the_wheel(backend: str, tmp_path: Path) -> None:
    """A frontend that asks for metadata first is told what the wheel says."""
    project = projects.lay_out(tmp_path / "p", backend)
    folder = tmp_path / "metadata"
    folder.mkdir()
    name = caller(project).prepare_metadata_for_build_wheel(str(folder))
    wheel = build(project, "wheel", tmp_path / "dist")
    with ZipFile(wheel) as file:
        assert file.read(f"{name}/METADATA") == (folder / name / "METADATA").read_bytes()


def test_settings_reach_the_backend(tmp_path: Path) -> None:
    """The version that a setting makes is the one in the module."""
    project = projects.lay_out(tmp_path / "p", "poetry-core")
    wheel = build(project, "wheel", tmp_path / "dist", settings={"local-version": "roadrunner"})
    assert wheel.name.startswith("acme_app-4.2.0+roadrunner-")
    assert '\n"acme-app": "4.2.0+roadrunner",\n' in archives.module(wheel)


def test_a_backend_in_the_project_is_wrapped(tmp_path: Path) -> None:
    """``backend-path`` and a dotted object mean what they mean in ``[build-system]``."""
    project = projects.lay_out(tmp_path / "p", "in-tree")
    wheel = build(project, "wheel", tmp_path / "dist")
    assert archives.module(wheel) == projects.MODULE
    requires = caller(project).get_requires_for_build_wheel({"granite": "2"})
    assert requires == ["granite==2"]


def test_hooks_that_the_backend_does_not_have_are_not_there(tmp_path: Path) -> None:
    """A frontend falls back as it does without the wrapper."""
    hooks = caller(projects.lay_out(tmp_path / "p", "in-tree"))
    assert hooks.get_requires_for_build_sdist() == []
    with pytest.raises(HookMissing):
        hooks.build_editable(str(tmp_path))


def test_a_failed_backend_says_so_itself(tmp_path: Path) -> None:
    """Its own error is shown whole, and nothing is left where the wheel would be."""
    project = projects.lay_out(tmp_path / "p", "in-tree")
    with pytest.raises(BuildFailedError, match="RuntimeError: the quarry is empty"):
        build(project, "wheel", tmp_path / "dist", environment={"QUARRY": "empty"})
    assert not list((tmp_path / "dist").iterdir())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'build-backend = "quarry.hooks:Quarry.backend"\n',
            "",
            "build-backend: is missing. Name the backend",
        ),
        ("hooks:Quarry", "hooks:Quary", "build-backend: 'quarry.hooks' has no 'Quary'"),
        (
            ".hooks:Quarry.backend",
            ".hooks:Quarry",
            "build-backend: 'quarry.hooks:Quarry' is no build backend: it has no 'build_",
        ),
        (
            "quarry.hooks:Quarry.backend",
            "hatch_sentry_modules.backend",
            "build-backend: names the wrapper itself",
        ),
        ("quarry.hooks:Quarry.backend", "a b", "build-backend: must name a build backend"),
        ('["quarry"]', '["../quarry"]', "backend-path: must hold folders in the project"),
    ],
)
def test_a_wrong_backend_is_told(old: str, new: str, message: str, tmp_path: Path) -> None:
    """Each mistake is one line with its full TOML path."""
    project = projects.lay_out(tmp_path / "p", "in-tree")
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8")
    assert old in text
    table.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BuildFailedError) as caught:
        build(project, "wheel", tmp_path / "dist")
    assert f"error: pyproject.toml: tool.sentry-modules.{message}" in str(caught.value)
    assert "Traceback" not in str(caught.value)
