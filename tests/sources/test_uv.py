"""``uv.lock`` is read as uv installs from it: packages, workspaces, groups and forks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import tomli

from hatch_sentry_modules import pipeline, project
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import RefusedEnvironmentError, SourceError
from tests import documents
from tests.sources.uv_projects import (
    APP,
    FIXTURES,
    REGISTRY,
    environment,
    freeze,
    package,
    pins,
    write,
)


@pytest.mark.parametrize("revision", [1, 2, 3, 4, 5])
def test_every_revision_is_read(tmp_path: Path, revision: int) -> None:
    """Revisions add and drop keys around the graph, which stays the same; 4 drops metadata."""
    text = (FIXTURES / "real" / "uv.lock").read_text(encoding="utf-8")
    document = tomli.loads(text)
    document["revision"] = revision
    if revision == 4:
        for table in document["package"]:
            table.pop("metadata", None)
    shutil.copy(FIXTURES / "real" / "pyproject.toml", tmp_path)
    (tmp_path / "uv.lock").write_text(documents.to_toml(document), encoding="utf-8")
    choices: list[dict[str, Any]] = [{}, {"extras": "web"}, {"groups": "dev"}]
    for selection in choices:
        assert pins(tmp_path, **selection) == pins(FIXTURES / "real", **selection)


def test_dependencies_may_be_strings(tmp_path: Path) -> None:
    """An entry that is a name alone may be a string, beside entries that are tables."""
    lock = APP + 'dependencies = ["direct", { name = "windows", marker = "os_name == \'nt\'" }]\n'
    optional = '[package.optional-dependencies]\nfast = ["quick"]\n'
    direct = package("direct", 'dependencies = [{ name = "further", extra = ["fast"] }]\n')
    rest = [direct, package("further", optional), package("quick"), package("windows")]
    root = write(tmp_path, lock + "\n".join(rest))
    assert pins(root) == "app==1.0 direct==1.0 further==1.0 quick==1.0"
    assert "windows==1.0" in pins(root, environment("windows"))


def test_older_spellings_are_read(tmp_path: Path) -> None:
    """Files of version 1 exist that say ``distribution`` and ``dependency-groups``."""
    lock = APP + '[package.dependency-groups]\ndev = [{ name = "tool" }]\n' + package("tool")
    root = write(tmp_path, lock.replace("[[package]]", "[[distribution]]"))
    with pytest.raises(SourceError):  # TOML itself does not know which table it belongs to
        pins(root, groups="dev")
    lock = lock.replace("[[package]]", "[[distribution]]").replace("[package.", "[distribution.")
    assert pins(write(tmp_path, lock), groups="dev") == "app==1.0 tool==1.0"


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({}, "colorama==0.4.6 idna==3.10 more-itertools==10.7.0"),
        (
            {"groups": "test"},
            "colorama==0.4.6 idna==3.10 iniconfig==2.1.0 more-itertools==10.7.0",
        ),
        (
            {"package": "app", "groups": "test"},
            "app==1.0.0 colorama==0.4.6 idna==3.10 iniconfig==2.1.0 more-itertools==10.7.0",
        ),
        ({"package": "lib", "extras": "fast"}, "idna==3.10 zipp==3.23.0"),
        ({"all_packages": True}, "colorama==0.4.6 idna==3.10 more-itertools==10.7.0"),
        ({"groups": "test", "runtime": False}, "iniconfig==2.1.0 more-itertools==10.7.0"),
    ],
)
def test_a_workspace_without_a_project_is_all_its_members(
    selection: dict[str, Any], expected: str
) -> None:
    """Its own groups belong to every member, and the fork that an environment needs is taken."""
    assert pins(FIXTURES / "workspace", environment("windows"), **selection) == expected


def test_a_fork_is_chosen_by_the_environment() -> None:
    """A group's requirement names no fork; the markers of the forks decide."""
    selection = {"groups": "test", "runtime": False}
    assert "10.7.0" in pins(FIXTURES / "workspace", environment(python="3.11.7"), **selection)
    assert "10.8.0" in pins(FIXTURES / "workspace", environment(python="3.12.1"), **selection)


def test_a_member_finds_the_lock_above_it() -> None:
    """A member's own folder holds no lock file, and its group is not that of the others."""
    root = FIXTURES / "workspace" / "app"
    expected = "app==1.0.0 idna==3.10 more-itertools==10.7.0"
    assert pins(root) == expected
    assert pins(root, groups="docs") == expected.replace("more", "markupsafe==3.0.3 more")
    assert "iniconfig==2.1.0" in pins(root, groups="test")
    with pytest.raises(SourceError, match=r"no dependency group 'docs'\. The nearest is 'test'"):
        pins(FIXTURES / "workspace" / "lib", groups="docs")


def test_a_dynamic_member_is_skipped_unless_its_own_file_has_a_version(tmp_path: Path) -> None:
    """The version is never guessed; a static one in the member's pyproject.toml is right."""
    shutil.copytree(FIXTURES / "workspace", tmp_path, dirs_exist_ok=True)
    assert freeze(tmp_path / "app").skipped == {
        "lib": "the lock file holds no version for a dynamic source"
    }
    text = (tmp_path / "lib" / "pyproject.toml").read_text(encoding="utf-8")
    text = text.replace('dynamic = ["version"]', 'version = "2.5.0"')
    (tmp_path / "lib" / "pyproject.toml").write_text(text, encoding="utf-8")
    assert "lib==2.5.0" in pins(tmp_path / "app")
    assert freeze(tmp_path / "app").skipped == {}


@pytest.mark.parametrize("place", ["../outside", "{absolute}", "no-such-folder", "a\\u0000b"])
def test_a_path_that_leaves_the_workspace_is_not_followed(tmp_path: Path, place: str) -> None:
    """What lies outside says nothing, whatever version it has."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    inside.mkdir()
    outside.mkdir()
    pyproject = '[project]\nname = "lib"\nversion = "9.9"\n'
    (outside / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    place = place.replace("{absolute}", outside.as_posix())
    lock = APP + 'dependencies = [{ name = "lib" }]\n'
    lock += f'[[package]]\nname = "lib"\nsource = {{ editable = "{place}" }}\n'
    assert set(freeze(write(inside, lock)).skipped) == {"lib"}


def test_requirements_that_changed_since_are_reported(tmp_path: Path) -> None:
    """The file records what the project required; a version that still fits hides no change."""
    root = tmp_path
    shutil.copytree(FIXTURES / "real", root, dirs_exist_ok=True)
    assert freeze(root).warnings == ()
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    pyproject = pyproject.replace("colorama==0.4.6 ; sys_platform", "idna==3.20 ; sys_platform")
    (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    assert freeze(root).warnings == (
        "uv.lock: it is stale: the project no longer requires colorama. Run 'uv lock' anew.",
        "uv.lock: it is stale: it was locked without idna. Run 'uv lock' anew.",
    )


def test_one_platform_is_not_all() -> None:
    """Outside the environments that were locked for the answer is a refusal, not an empty list."""
    root = FIXTURES / "one-platform"
    assert pins(root) == "idna==3.10 one-platform==1.0.0"
    with pytest.raises(RefusedEnvironmentError, match="not resolved for this environment"):
        freeze(root, environment("windows"))
    with pytest.raises(RefusedEnvironmentError, match="requires-python"):
        freeze(root, environment(python="3.9.1"))


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        (APP.replace('"app"', '"other"'), "no workspace member 'app'. The nearest is 'other'"),
        (
            APP + 'dependencies = [{ name = "gone" }]\n',
            "no package named 'gone'",
        ),
        (
            APP + 'dependencies = [{ name = "x" }]\n' + package("x") + package("x", "", "2.0"),
            r"dependencies\[0\]: not one package named 'x' fits",
        ),
        (
            APP + 'dependencies = [{ name = "x", version = "3.0" }]\n' + package("x"),
            r"dependencies\[0\]: not one package named 'x' fits",
        ),
        (
            APP + f'dependencies = [{{ name = "x" }}]\n[[package]]\nname = "x"\n{REGISTRY}',
            r"package\[1\].version: is missing",
        ),
        (APP + "dependencies = [7]\n", r"package\[0\].dependencies\[0\]: is an integer"),
        (APP + 'dependencies = ["a b"]\n', "not a valid name"),
        (APP + 'dependencies = [{ name = "app", marker = "os" }]\n', "not a valid marker"),
        ("conflicts = 7\n" + APP, "conflicts: is an integer, not an array"),
        ("conflicts = [7]\n" + APP, r"conflicts\[0\]: is not an array"),
        ("conflicts = [[{ package = 7 }]]\n" + APP, r"conflicts\[0\]\[0\].package: is an integer"),
    ],
)
def test_a_lock_that_contradicts_itself_is_refused(tmp_path: Path, lock: str, message: str) -> None:
    """The message names the place."""
    with pytest.raises(SourceError, match=rf"^uv\.lock: .*{message}"):
        freeze(write(tmp_path, lock))


def test_a_workspace_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    """A file that ends between two packages is still TOML; members that are missing tell."""
    shutil.copytree(FIXTURES / "workspace", tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "uv.lock").read_text(encoding="utf-8")
    cut = text[: text.index('[[package]]\nname = "lib"')]
    (tmp_path / "uv.lock").write_text(cut, encoding="utf-8")
    with pytest.raises(SourceError, match="holds no workspace member 'lib'"):
        freeze(tmp_path)
    (tmp_path / "uv.lock").write_text("version = 1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"holds no packages\. Set 'source'"):
        freeze(tmp_path)


def test_groups_need_no_project(tmp_path: Path) -> None:
    """A folder may declare dependency groups and nothing else."""
    lock = '[manifest.dependency-groups]\ndev = [{ name = "tool" }]\n' + package("tool")
    root = write(tmp_path, lock, "[dependency-groups]\ndev = ['tool']\n")
    assert pins(root, groups="dev") == "tool==1.0"
    assert pins(root) == ""


@pytest.mark.parametrize(("version", "shown"), [("2", "2"), ("true", "True"), ("1.0", "1.0")])
def test_another_version_of_the_format_is_refused(tmp_path: Path, version: str, shown: str) -> None:
    """What version 2 will mean is not known, and what is no integer is no version."""
    text = (write(tmp_path, APP) / "uv.lock").read_text(encoding="utf-8")
    text = text.replace("version = 1\n", f"version = {version}\n", 1)
    (tmp_path / "uv.lock").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=rf"version: unsupported lock version {shown} \(supp"):
        freeze(tmp_path)


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"extras": "wbe"}, "no extra 'wbe'. The nearest is 'web'"),
        ({"groups": "dve"}, "no dependency group 'dve'. The nearest is 'dev'"),
        ({"package": "sampel"}, "no workspace member 'sampel'. The nearest is 'sample'"),
    ],
)
def test_an_unknown_choice_names_the_nearest(selection: dict[str, Any], message: str) -> None:
    """A typing error is never a silently smaller list."""
    with pytest.raises(SourceError, match=message):
        freeze(FIXTURES / "real", **selection)


def test_an_empty_extra_is_known(tmp_path: Path) -> None:
    """An extra without requirements has no edges in the file, only a name."""
    root = write(tmp_path, APP + '[package.metadata]\nprovides-extras = ["none"]\n')
    assert pins(root, extras="none") == "app==1.0"


def test_cycles_and_extras_of_oneself_come_to_an_end(tmp_path: Path) -> None:
    """Packages may need one another, and an extra may name the package's other extras."""
    lock = APP + 'dependencies = [{ name = "app", extra = ["all"] }, { name = "a" }]\n'
    lock += '[package.optional-dependencies]\nall = [{ name = "app", extra = ["all", "one"] }]\n'
    lock += 'one = [{ name = "b" }]\n'
    lock += package("a", 'dependencies = [{ name = "b" }]\n')
    lock += package("b", 'dependencies = [{ name = "a" }]\n')
    assert pins(write(tmp_path, lock)) == "a==1.0 app==1.0 b==1.0"


@pytest.mark.parametrize(
    ("asked", "table"),
    [
        ({}, "dependencies = [NEEDED]\n"),
        ({"extras": "web"}, "[package.optional-dependencies]\nweb = [NEEDED]\n"),
        ({"groups": "dev"}, "[package.dev-dependencies]\ndev = [NEEDED]\n"),
        ({"all_packages": True}, "dependencies = [NEEDED]\n"),
    ],
)
def test_a_member_that_is_no_package_gives_only_what_it_requires(
    tmp_path: Path, asked: dict[str, Any], table: str
) -> None:
    """Uv does not install it (``package = false``), however it is reached.

    No other format locks what is not installed: uv's exports leave it out.
    """
    lock = '[manifest]\nmembers = ["app", "lib"]\n' + APP
    lock += table.replace("NEEDED", '{ name = "lib" }')
    lib = package("lib", 'dependencies = [{ name = "six" }]\n')
    root = write(
        tmp_path, lock + lib.replace(REGISTRY, 'source = { virtual = "lib" }\n') + package("six")
    )
    assert pins(root, **asked) == "app==1.0 six==1.0"
    assert pins(root, package="lib") == "lib==1.0 six==1.0"


def test_the_lock_of_a_script(tmp_path: Path) -> None:
    """``uv lock --script`` writes it beside the script, and it has no project."""
    text = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[manifest]\n'
    text += 'requirements = [{ name = "idna" }]\n\n[[package]]\nname = "idna"\nversion = "3.10"\n'
    text += 'source = { registry = "https://index.example.org/simple" }\n'
    (tmp_path / "script.py.lock").write_text(text, encoding="utf-8")
    manifest = pipeline.freeze(project.read(tmp_path), Config(source="script.py.lock"))
    assert {d.name: d.version for d in manifest.distributions} == {"idna": "3.10"}
