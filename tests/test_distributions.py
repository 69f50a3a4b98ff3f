"""What is published: both distributions, as their build backend makes them from the checkout."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest
import sentry_modules
import tomli
from packaging.requirements import Requirement

from tests.backends import archives
from tests.backends.building import build
from tests.backends.projects import unpack

ROOT = Path(__file__).parents[1]
SIDES = {"hatch_sentry_modules": ROOT, "sentry_modules": ROOT / "runtime"}
COPY = "hatch_sentry_modules/_runtime/"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the wheel of each side from the checkout."""
    folder = tmp_path_factory.mktemp("wheels")
    return {package: build(source, "wheel", folder) for package, source in SIDES.items()}


def shipped(folder: Path) -> set[str]:
    """Return the paths of a package's files, below the folder that holds the package."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(folder.parent).as_posix() for path in files}


def information(wheel: Path) -> str:
    """Name the folder of a wheel's metadata."""
    return f"{wheel.name.partition('-py3-')[0]}.dist-info"


@pytest.mark.parametrize("package", SIDES)
def test_the_wheel_holds_the_package_and_its_papers(package: str, wheels: dict[str, Path]) -> None:
    """It is the package as it stands, typed, with its licence; what else there is, is the copy."""
    members = set(archives.members(wheels[package]))
    papers = {name for name in members if name.startswith(information(wheels[package]))}
    copy = {name for name in members if name.startswith(COPY)}
    assert members - papers - copy == shipped(SIDES[package] / package)
    assert f"{package}/py.typed" in members
    assert f"{information(wheels[package])}/licenses/LICENSE" in papers
    archives.check_record(wheels[package])


def test_the_build_side_carries_the_run_time_side(wheels: dict[str, Path]) -> None:
    """The copy that bundlers take is, byte for byte, what the other wheel installs."""
    copied = {name for name in archives.members(wheels["hatch_sentry_modules"]) if COPY in name}
    original = shipped(SIDES["sentry_modules"] / "sentry_modules")
    assert {name.removeprefix(COPY) for name in copied} == original
    with ZipFile(wheels["hatch_sentry_modules"]) as ours, ZipFile(wheels["sentry_modules"]) as its:
        for name in original:
            assert ours.read(COPY + name) == its.read(name)


def test_every_entrance_is_announced(wheels: dict[str, Path]) -> None:
    """The entry points in the wheel are the project's, and each names a module that is in it."""
    wheel = wheels["hatch_sentry_modules"]
    with ZipFile(wheel) as file:
        text = file.read(f"{information(wheel)}/entry_points.txt").decode()
    found = ConfigParser(delimiters="=")
    found.read_string(text)
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    expected = {"console_scripts": project["scripts"], **project["entry-points"]}
    assert {group: dict(found[group]) for group in found.sections()} == expected
    members = set(archives.members(wheel))
    for group in expected.values():
        for target in group.values():
            place = target.partition(":")[0].replace(".", "/")
            assert members & {f"{place}.py", f"{place}/__init__.py"}, target


@pytest.mark.parametrize("package", SIDES)
def test_the_sdist_builds_the_same_wheel(
    package: str, wheels: dict[str, Path], tmp_path: Path
) -> None:
    """Who builds from the sdist, away from the checkout, gets the published bytes."""
    sdist = build(SIDES[package], "sdist", tmp_path / "sdist")
    again = build(unpack(sdist, tmp_path / "unpacked"), "wheel", tmp_path / "again")
    assert again.name == wheels[package].name
    assert again.read_bytes() == wheels[package].read_bytes()


@pytest.mark.parametrize(("python", "is_needed"), [("3.10", True), ("3.11", False)])
def test_a_parser_of_toml_is_needed_only_where_python_has_none(
    python: str, is_needed: bool, wheels: dict[str, Path]
) -> None:
    """Each isolated build installs what the wheel needs, and the parser is the second of that."""
    wheel = wheels["hatch_sentry_modules"]
    with ZipFile(wheel) as file:
        lines = file.read(f"{information(wheel)}/METADATA").decode().splitlines()
    needed = [Requirement(line[15:]) for line in lines if line.startswith("Requires-Dist: ")]
    environment = {"python_version": python, "extra": ""}
    names = {r.name for r in needed if r.marker is None or r.marker.evaluate(environment)}
    assert names == {"packaging"} | ({"tomli"} if is_needed else set())


def test_one_version_stands_in_one_place(wheels: dict[str, Path]) -> None:
    """Both wheels have the version of the run-time package."""
    versions = {wheel.name.split("-")[1] for wheel in wheels.values()}
    assert versions == {sentry_modules.__version__}
