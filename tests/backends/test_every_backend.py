"""One table, the same generated module, whichever backend a project uses."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.backends import archives, projects
from tests.backends.building import EPOCH, build

REPRODUCIBLE = {"SOURCE_DATE_EPOCH": EPOCH}

OWN_FOLDERS = {
    "setuptools": ("build", "src/acme_app.egg-info"),
    "pdm-backend": (".pdm-build",),
}
"""What a backend itself writes into the tree of every project that it builds."""

every_backend = pytest.mark.parametrize("backend", projects.PURE)


@every_backend
def test_the_wheel_holds_the_same_module(backend: str, tmp_path: Path) -> None:
    """Every backend gives the same bytes at the same place, once, and with its line in RECORD."""
    wheel = build(projects.lay_out(tmp_path / "p", backend), "wheel", tmp_path / "dist")
    assert archives.generated(wheel) == [projects.PLACE]
    assert archives.module(wheel) == projects.MODULE
    archives.check_record(wheel)


@every_backend
def test_an_sdist_gives_the_same_wheel(backend: str, tmp_path: Path) -> None:
    """From tree to sdist to wheel is from tree to wheel, with the lock in the sdist or not."""
    project = projects.lay_out(tmp_path / "p", backend)
    direct = build(project, "wheel", tmp_path / "direct", environment=REPRODUCIBLE)
    sdist = build(project, "sdist", tmp_path / "dist", environment=REPRODUCIBLE)
    assert len(archives.generated(sdist)) == 1
    without = projects.unpack(sdist, tmp_path / "without")
    (without / "uv.lock").unlink(missing_ok=True)
    with_lock = projects.unpack(sdist, tmp_path / "with")
    # Another lock file than the module came from: what the sdist carries goes before it.
    changed = (project / "uv.lock").read_text(encoding="utf-8").replace("26.1", "25.0")
    (with_lock / "uv.lock").write_text(changed, encoding="utf-8")
    for top in (without, with_lock):
        wheel = build(top, "wheel", top.parent / "dist", environment=REPRODUCIBLE)
        assert wheel.name == direct.name
        assert wheel.read_bytes() == direct.read_bytes()


@pytest.mark.slow
@every_backend
def test_an_sdist_of_an_sdist_is_the_same(backend: str, tmp_path: Path) -> None:
    """A distributor who packs an unpacked sdist again gets the module once, unchanged."""
    first = build(projects.lay_out(tmp_path / "p", backend), "sdist", tmp_path / "first")
    top = projects.unpack(first, tmp_path / "unpacked")
    second = build(top, "sdist", tmp_path / "second")
    assert archives.generated(second) == archives.generated(first)
    (place,) = archives.generated(second)
    again = projects.unpack(second, tmp_path / "again")
    assert (again / place).read_text(encoding="ascii") == projects.MODULE


@every_backend
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_the_tree_is_not_written_to(backend: str, kind: str, tmp_path: Path) -> None:
    """A build leaves no file of ours in the tree, and changes none."""
    project = projects.lay_out(tmp_path / "p", backend)
    before = projects.snapshot(project)
    build(project, kind, tmp_path / "dist")
    after = projects.snapshot(project)
    if own := OWN_FOLDERS.get(backend):
        after = {path: state for path, state in after.items() if not path.startswith(own)}
        for folder in (".", "src"):  # where the backend makes its own
            del before[folder], after[folder]
    assert after == before


@every_backend
def test_an_editable_install_is_left_alone(backend: str, tmp_path: Path) -> None:
    """It builds, and carries no module: live metadata is right where it is installed."""
    project = projects.lay_out(tmp_path / "p", backend)
    wheel = build(project, "editable", tmp_path / "dist")
    assert archives.generated(wheel) == []
    assert not list(project.rglob("_sentry_modules.py"))
    archives.check_record(wheel)


@every_backend
def test_a_wheel_is_reproducible(backend: str, tmp_path: Path) -> None:
    """Another folder, hash seed, locale, umask and time give the same bytes."""
    wheels = [
        _build_elsewhere(backend, tmp_path / "a", umask=0o022, PYTHONHASHSEED="1", LC_ALL="C"),
        _build_elsewhere(
            backend, tmp_path / "another" / "b", umask=0o077, PYTHONHASHSEED="2", LC_ALL="tr_TR"
        ),
    ]
    if backend == "setuptools":
        # It writes the modes that it finds on the disk; ours is the same whatever the umask.
        assert len({str(_contents(wheel)) for wheel in wheels}) == 1
    else:
        assert wheels[0].read_bytes() == wheels[1].read_bytes()


def _build_elsewhere(backend: str, folder: Path, *, umask: int, **environment: str) -> Path:
    folder.parent.mkdir(exist_ok=True)
    project = projects.lay_out(folder, backend)
    for path in project.rglob("*"):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~umask)
    environment.update(REPRODUCIBLE)
    before = os.umask(umask)
    try:
        dist = folder.with_name(f"{folder.name}-dist")
        return build(project, "wheel", dist, environment=environment)
    finally:
        os.umask(before)


def _contents(wheel: Path) -> list[tuple[str, bytes, int]]:
    with ZipFile(wheel) as file:
        return [
            (i.filename, file.read(i), i.external_attr if i.filename == projects.PLACE else 0)
            for i in file.infolist()
        ]
