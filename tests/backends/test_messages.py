"""What a user is told through each entrance: one line that says where, what and what to do."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from hatch_sentry_modules import manifest_document
from tests.backends import archives, projects
from tests.backends.building import BuildFailedError, build

ENTRANCES = (*projects.WITH_HOOK, "flit-core")
"""The hooks, and the wrapper around the lightest backend."""

every_entrance = pytest.mark.parametrize("backend", ENTRANCES)


def failure(project: Path, kind: str = "wheel") -> str:
    """Build what cannot be built, and give the line that says so."""
    with pytest.raises(BuildFailedError) as caught:
        build(project, kind, project.parent / "dist")
    output = str(caught.value)
    assert "Traceback" not in output
    assert str(project) not in output
    assert not list((project.parent / "dist").iterdir())
    return next(
        line.removeprefix("error: ")
        for line in output.splitlines()
        if line.removeprefix("error: ").startswith(("pyproject.toml: ", "uv.lock: "))
    )


@every_entrance
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_missing_lock_file_stops_the_build(backend: str, kind: str, tmp_path: Path) -> None:
    """By default a build without a source is an error that names what was looked for."""
    project = projects.lay_out(tmp_path / "p", backend)
    (project / "uv.lock").unlink()
    message = failure(project, kind)
    assert message.startswith("pyproject.toml: no lock file stands beside it")
    assert "uv lock" in message


@every_entrance
def test_a_source_that_is_not_required_may_be_missing(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With ``required = false`` there is a warning, and the wheel is that of the backend."""
    project = projects.lay_out(tmp_path / "p", backend, "required = false\n")
    (project / "uv.lock").unlink()
    wheel = build(project, "wheel", tmp_path / "dist")
    assert archives.generated(wheel) == []
    archives.check_record(wheel)
    told = capsys.readouterr().out
    assert "no lock file stands beside it" in told
    assert "No manifest is built in." in told


@every_entrance
def test_an_unreadable_lock_file_stops_the_build(backend: str, tmp_path: Path) -> None:
    """A lock file that was cut off is named, with the line at which it ends."""
    project = projects.lay_out(tmp_path / "p", backend)
    lock = project / "uv.lock"
    lock.write_text(lock.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    message = failure(project)
    assert message.startswith("uv.lock: ")
    assert "cut off" in message


@every_entrance
def test_every_mistake_in_the_table_is_told_at_once(backend: str, tmp_path: Path) -> None:
    """Each has its full TOML path, and an unknown key the nearest valid one."""
    project = projects.lay_out(tmp_path / "p", backend, 'requird = true\nexclude = "acme-*"\n')
    message = failure(project)
    assert "tool.sentry-modules.requird: unknown option, the nearest is 'required'" in message
    assert "tool.sentry-modules.exclude: must be an array of strings" in message


@pytest.mark.parametrize("backend", [*projects.WITH_HOOK, "poetry-core"])
def test_several_import_packages_are_no_question(backend: str, tmp_path: Path) -> None:
    """The module goes into the one that the project's name fits best, or where ``path`` says."""
    project = projects.lay_out(tmp_path / "p", backend)
    other = project / "src" / "aardvark"
    other.mkdir()
    (other / "__init__.py").touch()
    table = project / "pyproject.toml"
    text = table.read_text(encoding="utf-8")
    both = text.replace('["src/acme"]', '["src/acme", "src/aardvark"]')
    both = both.replace("[{ include", '[{ include = "aardvark", from = "src" }, { include')
    table.write_text(both, encoding="utf-8")
    wheel = build(project, "wheel", tmp_path / "dist")
    assert "aardvark/__init__.py" in archives.members(wheel)
    assert archives.generated(wheel) == [projects.PLACE]
    place = "aardvark/_sentry_modules.py"
    chosen = both.replace("[tool.sentry-modules]\n", f"[tool.sentry-modules]\npath = '{place}'\n")
    table.write_text(chosen, encoding="utf-8")
    wheel = build(project, "wheel", tmp_path / "chosen")
    assert archives.module(wheel, place) == projects.MODULE


@every_entrance
def test_what_is_excluded_is_in_no_wheel(backend: str, tmp_path: Path) -> None:
    """``exclude`` keeps a name out of the module, which else is the same."""
    project = projects.lay_out(tmp_path / "p", backend, 'exclude = ["pack*"]\n')
    wheel = build(project, "wheel", tmp_path / "dist")
    found = manifest_document.read(archives.module(wheel)).manifest
    assert [d.name for d in found.distributions] == ["acme-app", "colorama"]


@every_entrance
@pytest.mark.parametrize("place", ["_sentry_modules.py", "acme_data/_sentry_modules.py"])
def test_the_module_may_lie_outside_the_package(backend: str, place: str, tmp_path: Path) -> None:
    """``path`` is any place in the wheel, and a wheel from the sdist has it there too."""
    project = projects.lay_out(tmp_path / "p", backend, f'path = "{place}"\n')
    sdist = build(project, "sdist", tmp_path / "dist")
    top = projects.unpack(sdist, tmp_path / "unpacked")
    (top / "uv.lock").unlink(missing_ok=True)
    for tree in (project, top):
        wheel = build(tree, "wheel", tmp_path / "dist")
        assert archives.module(wheel, place) == projects.MODULE
        archives.check_record(wheel)
        with ZipFile(wheel) as file:
            assert projects.PLACE not in file.namelist()
