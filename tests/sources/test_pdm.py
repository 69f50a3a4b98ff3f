"""``pdm.lock`` is read as PDM installs from it, in each shape that PDM has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import Manifest
from tests import corpus
from tests.environments import LINUX, execute, listed
from tests.manifests import other_warnings
from tests.sources.selections import select

FIXTURES = Path(__file__).parents[2] / "fixtures" / "locks" / "pdm"
WINDOWS = LINUX | {"os_name": "nt", "platform_system": "Windows", "sys_platform": "win32"}


def freeze(folder: Path, environment: dict[str, str] = LINUX, **selection: Any) -> Manifest:
    """Freeze the project in a folder for one environment."""
    own = project.read(folder)
    chosen = select(**selection)
    return pipeline.freeze(
        own, Config(source="pdm.lock"), selection=chosen, environment=environment
    )


def names(folder: Path, environment: dict[str, str] = LINUX, **selection: Any) -> str:
    """Name what is frozen, without the project; both ways of freezing have to agree."""
    found = corpus.listed(freeze(folder, environment, **selection))
    own = project.read(folder)
    universal = pipeline.freeze(own, Config(source="pdm.lock"), selection=select(**selection))
    modules = listed(execute(render.to_python(universal), environment))
    assert modules == {k: v for k, v in found.items() if v} | {"storefront": "1.0.0"}
    return " ".join(sorted(found))


def write(folder: Path, text: str, requirements: str = '["certifi"]') -> Path:
    """Write a lock file, and a project that requires something, into a folder."""
    (folder / "pdm.lock").write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "storefront"\nversion = "1.0.0"\ndependencies = {requirements}\n',
        encoding="utf-8",
    )
    return folder


def changed(name: str, old: str, new: str) -> str:
    """Return the text of a lock file with one thing in it replaced."""
    text = (FIXTURES / name / "pdm.lock").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new)


def metadata(*lines: str) -> str:
    """Return the text of a lock file of one distribution, with lines of metadata."""
    head = "\n".join(["[metadata]", 'strategy = ["inherit_metadata"]', *lines])
    return f'{head}\n\n[[package]]\nname = "certifi"\nversion = "1"\ngroups = ["default"]\n'


def test_groups_and_markers_of_entries_decide() -> None:
    """A flat file gives the entries of the chosen groups whose marker holds."""
    folder = FIXTURES / "groups"
    assert names(folder) == "httpx idna"
    assert names(folder, WINDOWS) == "colorama httpx idna"
    assert names(folder, groups="test") == "httpx idna iniconfig"
    assert names(folder, extras="docs") == "httpx idna socksio"


def test_the_runtime_set_can_be_left_out() -> None:
    """Without the runtime set only the groups remain."""
    manifest = freeze(FIXTURES / "groups", groups="test", runtime=False)
    assert corpus.listed(manifest) == {"iniconfig": "2.1.0"}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"extras": "doc"}, "pdm.lock: it holds no extra 'doc'. The nearest is 'docs'."),
        (
            {"groups": "tset"},
            "pdm.lock: it holds no dependency group 'tset'. The nearest is 'test'.",
        ),
        (
            {"package": "other"},
            "pdm.lock: it is of one project alone, and that is not 'other'. "
            "Freeze that project from its own folder.",
        ),
    ],
)
def test_what_the_file_does_not_hold_is_an_error(selection: dict[str, Any], message: str) -> None:
    """An unknown extra, group or member is refused, and the nearest is named."""
    with pytest.raises(SourceError) as caught:
        freeze(FIXTURES / "groups", **selection)
    assert str(caught.value) == message


def test_a_file_without_the_runtime_set_is_an_error(tmp_path: Path) -> None:
    """A file that was locked with --no-default never gives an empty list."""
    locked = '["default", "docs", "test"]'
    folder = write(tmp_path, changed("groups", locked, '["test"]'))
    with pytest.raises(SourceError, match="without the runtime set"):
        freeze(folder)
    assert corpus.listed(freeze(folder, groups="test", runtime=False)) == {"iniconfig": "2.1.0"}


def test_sections_are_groups() -> None:
    """Lock version 2 names the groups of its entries in another word."""
    folder = FIXTURES / "sections"
    assert names(folder) == "appdirs cffi"
    assert names(folder, WINDOWS) == "appdirs"
    assert names(folder, WINDOWS, groups="dev") == "appdirs atomicwrites"


def test_links_are_walked_from_the_project() -> None:
    """Without groups, what the project's requirements reach is the closure."""
    assert names(FIXTURES / "linked") == "cachecontrol filelock requests urllib3"
    assert other_warnings(freeze(FIXTURES / "linked")) == ()


def test_a_group_takes_in_others() -> None:
    """Extras of the project itself, included groups and PDM's own table are all followed."""
    folder = FIXTURES / "linked"
    runner = "colorama iniconfig pytest workflow"
    assert names(folder, extras="all") == "cachecontrol filelock markdown requests urllib3"
    assert names(folder, groups="test", runtime=False) == "iniconfig markdown pytest workflow"
    assert names(folder, WINDOWS, groups="test", runtime=False) == runner


def test_a_folder_in_the_project_has_its_present_version() -> None:
    """The version in the folder's own file goes before the one that was locked."""
    found = corpus.listed(freeze(FIXTURES / "linked", groups="test", runtime=False))
    assert found["workflow"] == "1.3.0"


@pytest.mark.parametrize("path", ["../outside", "nowhere", "/etc", "a\\u0000b"])
def test_a_folder_outside_the_project_is_not_read(tmp_path: Path, path: str) -> None:
    """A path that leaves the project, or leads nowhere, leaves the version as it was locked."""
    outside = tmp_path / "outside"
    outside.mkdir()
    outside.joinpath("pyproject.toml").write_text(
        '[project]\nname = "certifi"\nversion = "2"\n', encoding="utf-8"
    )
    folder = tmp_path / "project"
    folder.mkdir()
    entry = f'version = "1"\npath = "{path}"'
    write(folder, metadata('lock_version = "4.5.1"').replace('version = "1"', entry))
    assert corpus.listed(freeze(folder)) == {"certifi": "1"}


def test_an_entry_without_a_version_is_skipped(tmp_path: Path) -> None:
    """A distribution whose version is not known is listed with a reason."""
    text = metadata('lock_version = "4.5.1"').replace('version = "1"', 'git = "x"')
    assert freeze(write(tmp_path, text)).skipped == {
        "certifi": "the lock file holds no version for it"
    }


def test_a_condition_without_an_entry_is_never_needed() -> None:
    """A file for every platform leaves out what only an older Python needs."""
    manifest = freeze(FIXTURES / "linked", extras="docs")
    assert not manifest.skipped
    assert "importlib-metadata" not in corpus.listed(manifest)


def test_a_file_for_one_platform_says_what_it_does_not_hold(tmp_path: Path) -> None:
    """What such a file has no entry for is skipped with a reason, and the file is suspected."""
    text = changed("linked", '"cross_platform"', "")
    folder = write(tmp_path, text, '["markdown", "colorama"]')
    old = LINUX | {"python_version": "3.9", "python_full_version": "3.9.18"}
    manifest = freeze(folder, old)
    assert manifest.skipped == {"importlib-metadata": "the lock file does not hold it"}
    assert other_warnings(manifest) == (
        "pdm.lock: it was made for one platform without saying which, and may be wrong on others.",
    )


def test_an_entry_that_is_missing_is_skipped(tmp_path: Path) -> None:
    """A link to nothing, in a file that was edited by hand, is no silence."""
    folder = write(
        tmp_path, changed("linked", 'name = "urllib3"', 'name = "urllib4"'), '["requests"]'
    )
    assert freeze(folder).skipped == {"urllib3": "the lock file does not hold it"}


def test_a_specifier_chooses_between_versions() -> None:
    """Of two entries with one name, the one that the requirement allows is meant."""
    assert corpus.listed(freeze(FIXTURES / "forks")) == {"numpy": "1.26.4"}


def test_versions_that_nothing_chooses_between_are_an_error(tmp_path: Path) -> None:
    """Where several versions are allowed, PDM would solve; this never guesses."""
    text = (FIXTURES / "forks" / "pdm.lock").read_text(encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        freeze(write(tmp_path, text, '["numpy"]'))
    assert str(caught.value) == (
        "pyproject.toml: default: the lock file holds several versions of 'numpy' and does not "
        "say which to take. Lock with the strategy 'inherit_metadata', which is PDM's default."
    )


@pytest.mark.parametrize(
    "line", ["", "a b", "filelock>=x", "filelock; x", "filelock; " + "(" * 900, "a==" + "9" * 5000]
)
def test_a_link_that_cannot_be_read_is_an_error(tmp_path: Path, line: str) -> None:
    """A link is a PEP 508 requirement of a bearable size, or its place is named."""
    text = changed("linked", "filelock>=3.8.0", line)
    with pytest.raises(SourceError) as caught:
        freeze(write(tmp_path, text, '["cachecontrol[filecache]"]'))
    assert str(caught.value).startswith("pdm.lock: package[1].dependencies[1]: ")
    assert len(str(caught.value)) < 200


def test_excluded_names_are_left_out(tmp_path: Path) -> None:
    """What ``[tool.pdm.resolution]`` excludes is in neither shape."""
    for name, requirement in (("groups", "httpx"), ("linked", "cachecontrol")):
        text = (FIXTURES / name / "pdm.lock").read_text(encoding="utf-8")
        write(tmp_path, text, f'["{requirement}"]')
        with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write('[tool.pdm.resolution]\nexcludes = ["IDNA", "urllib3"]\n')
        assert not {"idna", "urllib3"} & corpus.listed(freeze(tmp_path)).keys()


def test_dynamic_requirements_cannot_be_walked(tmp_path: Path) -> None:
    """Where only the backend knows the requirements, the message says how to lock instead."""
    write(tmp_path, (FIXTURES / "linked" / "pdm.lock").read_text(encoding="utf-8"))
    tmp_path.joinpath("pyproject.toml").write_text(
        '[project]\nname = "storefront"\nversion = "1"\ndynamic = ["dependencies"]\n',
        encoding="utf-8",
    )
    with pytest.raises(SourceError) as caught:
        freeze(tmp_path)
    assert str(caught.value) == (
        "pyproject.toml: project.dependencies: is missing or dynamic, and a lock file without "
        "groups is walked from there. Lock with PDM 2.17 or later, which records the groups of "
        "each entry."
    )


@pytest.mark.parametrize(
    "line",
    ['"-e ./library"', "7", '{ include-group = "nowhere" }', "{ include-group = 7 }", '"a b"'],
)
def test_a_group_that_cannot_be_read_is_an_error(tmp_path: Path, line: str) -> None:
    """A line of a dependency group that PDM would refuse is named with its place."""
    write(tmp_path, (FIXTURES / "linked" / "pdm.lock").read_text(encoding="utf-8"))
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"[dependency-groups]\ntest = [{line}]\n")
    with pytest.raises(SourceError, match=r"^pyproject\.toml: ") as caught:
        freeze(tmp_path, groups="test")
    assert "\n" not in str(caught.value)


def test_groups_that_take_in_each_other_come_to_an_end(tmp_path: Path) -> None:
    """A cycle of groups gives what all of them require."""
    write(tmp_path, (FIXTURES / "linked" / "pdm.lock").read_text(encoding="utf-8"))
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[dependency-groups]\ntest = [{include-group = "all"}, "iniconfig"]\n')
        file.write('all = [{include-group = "test"}, "filelock"]\n')
    found = corpus.listed(freeze(tmp_path, groups="test", runtime=False))
    assert found == {"filelock": "3.12.2", "iniconfig": "2.0.0"}


@pytest.mark.parametrize(
    ("target", "environment", "is_refused"),
    [
        ('requires_python = "==3.12.*"', {}, False),
        ('requires_python = ">=3.13"', {}, True),
        ('requires_python = "<3.10||>=3.12,!=3.12.8"', {}, True),
        ('requires_python = "<3.10||>=3.12"', {}, False),
        ('requires_python = ""\nplatform = "manylinux_2_17_x86_64"', {}, False),
        ('platform = "linux"', {"platform_machine": "aarch64"}, True),
        ('platform = "musllinux_1_2_aarch64"', {"platform_machine": "aarch64"}, False),
        ('platform = "alpine"', {}, False),
        ('platform = "windows"', {}, True),
        ('platform = "windows"', {"sys_platform": "win32", "platform_machine": "AMD64"}, False),
        ('platform = "windows_arm64"', {"sys_platform": "win32"}, True),
        ('platform = "macos"', {"sys_platform": "darwin", "platform_machine": "arm64"}, False),
        ('platform = "macos_14_0_x86_64"', {"sys_platform": "darwin"}, False),
        ('platform = "freebsd_14_amd64"', {"sys_platform": "freebsd14"}, False),
        ('platform = "freebsd_14_amd64"', {}, True),
        ('implementation = "cpython"', {}, False),
        ('implementation = "pypy"', {}, True),
    ],
)
def test_targets_refuse_foreign_environments(
    tmp_path: Path, target: str, environment: dict[str, str], is_refused: bool
) -> None:
    """An environment that the file was not locked for is refused, and no other."""
    text = metadata('lock_version = "4.5.1"', "[[metadata.targets]]", target)
    folder = write(tmp_path, text)
    if not is_refused:
        assert corpus.listed(freeze(folder, LINUX | environment)) == {"certifi": "1"}
        return
    with pytest.raises(RefusedEnvironmentError, match="not resolved for this environment"):
        freeze(folder, LINUX | environment)


def test_any_of_several_targets_is_enough(tmp_path: Path) -> None:
    """Targets are alternatives, and one without bounds allows every environment."""
    both = ["[[metadata.targets]]", 'platform = "macos"', "[[metadata.targets]]"]
    folder = write(tmp_path, metadata('lock_version = "4.5.1"', *both, 'platform = "linux"'))
    assert corpus.listed(freeze(folder)) == {"certifi": "1"}
    folder = write(tmp_path, metadata('lock_version = "4.5.1"', *both))
    assert corpus.listed(freeze(folder)) == {"certifi": "1"}


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ['lock_version = "1"'],
        ['lock_version = "4.6"'],
        ['lock_version = "5.0.0"'],
        ['lock_version = "4.5.1\\n"'],
        ["lock_version = 4"],
        ['lock_version = "4.5.1"', "[[metadata.targets]]", 'platform = "x\\" or \\"1"'],
        ['lock_version = "4.5.1"', "[[metadata.targets]]", 'platform = "manylinux"'],
        ['lock_version = "4.5.1"', "[[metadata.targets]]", 'implementation = "x\\""'],
        ['lock_version = "4.5.1"', "[[metadata.targets]]", 'requires_python = "<empty>"'],
        ['lock_version = "4.5.1"', "[[metadata.targets]]", f'requires_python = ">={"9" * 5000}"'],
    ],
)
def test_metadata_that_is_not_known_is_an_error(tmp_path: Path, lines: list[str]) -> None:
    """A version or a target that is not known is named with its place."""
    with pytest.raises(SourceError, match=r"^pdm\.lock: metadata\.") as caught:
        freeze(write(tmp_path, metadata(*lines)))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not corpus.ROOT.is_dir(), reason="the corpus is not beside the project")
def test_a_walk_gives_what_pdm_resolves() -> None:
    """The corpus has no truth for its oldest file; this one is from PDM 2.29.3 itself.

    It is ``resolve_from_lockfile`` for the groups default and test of ``pdm-2022-v4.0``.
    """
    folder = corpus.ROOT / "pdm" / "pdm-2022-v4.0"
    expected = json.loads((FIXTURES / "pdm-2022-v4.0.json").read_text(encoding="utf-8"))
    environments = json.loads((corpus.ROOT / "environments.json").read_text(encoding="utf-8"))
    assert expected
    for name, modules in expected.items():
        assert corpus.listed(freeze(folder, environments[name], groups="test")) == modules
