"""``pylock.toml`` is read as the specification installs it: by markers, extras and groups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli
from packaging.pylock import Pylock, PylockSelectError

from hatch_sentry_modules import pipeline, project
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import Manifest
from tests.environments import LINUX
from tests.sources.selections import select

HEAD = 'lock-version = "1.0"\ncreated-by = "hand"\n'
CHOICES = """\
extras = ["fast", "Slow_Way"]
dependency-groups = ["dev", "docs"]
default-groups = ["main"]
"""


def package(name: str, marker: str = "", rest: str = 'version = "1.0"') -> str:
    """Write a package with a wheel that fits every machine."""
    file = f"{name}-1.0-py3-none-any.whl"
    lines = ["[[packages]]", f'name = "{name}"', rest, f"marker = '''{marker}'''" if marker else ""]
    if rest.startswith("version"):
        url = f"https://files.example.org/{file}"
        lines.append(
            f'wheels = [{{ name = "{file}", url = "{url}", hashes = {{ sha256 = "00" }} }}]'
        )
    return "\n".join(lines) + "\n"


EVERY_MARKER = HEAD + CHOICES + "".join(
    [
        package("always"),
        package("runtime", "'main' in dependency_groups"),
        package("fast", "'fast' in extras"),
        package("slow", "'slow-way' in extras and sys_platform == 'linux'"),
        package("windows", "sys_platform == 'win32'"),
        package("dev", "'dev' in dependency_groups and 'fast' not in extras"),
        package("both", "'docs' in dependency_groups or 'fast' in extras"),
    ]
)  # fmt: skip


def write(root: Path, text: str, name: str = "pylock.toml") -> Path:
    """Write a project without requirements, and its lock file."""
    (root / "pyproject.toml").write_text('[project]\nname = "app"\nversion = "2.0"\n', "utf-8")
    (root / name).write_text(text, encoding="utf-8")
    return root


def freeze(
    root: Path, where: dict[str, str] | None = None, source: str = "auto", **selection: Any
) -> Manifest:
    """Freeze the project in a folder."""
    own = project.read(root)
    chosen = select(**selection)
    return pipeline.freeze(own, Config(source=source), selection=chosen, environment=where)


def names(root: Path, where: dict[str, str] | None = None, **selection: Any) -> set[str]:
    """Name what is frozen for an environment, without the project."""
    manifest = freeze(root, where or LINUX, **selection)
    return {str(d.name) for d in manifest.distributions} - {"app"}


@pytest.mark.parametrize(
    ("extras", "groups"),
    [("", ""), ("fast", ""), ("", "dev"), ("fast", "dev docs"), ("slow-way", "docs")],
)
def test_markers_select_what_packaging_selects(tmp_path: Path, extras: str, groups: str) -> None:
    """The selection is that of ``packaging``, where it accepts the file."""
    lock = Pylock.from_dict(tomli.loads(EVERY_MARKER.replace("Slow_Way", "slow-way")))
    selected = lock.select(
        environment=LINUX,  # type: ignore[arg-type]  # a TypedDict is wanted
        extras=extras.split(),
        dependency_groups=["main", *groups.split()],
    )
    expected = {package.name for package, _ in selected}
    assert names(write(tmp_path, EVERY_MARKER), extras=extras, groups=groups) == expected


def test_extras_are_compared_normalized(tmp_path: Path) -> None:
    """Every extra that the file names can be asked for, and not only in its own spelling."""
    root = write(tmp_path, EVERY_MARKER)
    assert names(root, extras="fast slow-way") == {"always", "runtime", "fast", "slow", "both"}


def test_the_default_groups_stand_for_the_runtime_set(tmp_path: Path) -> None:
    """Without it they are left out, and what no marker binds to a group stays."""
    root = write(tmp_path, EVERY_MARKER)
    assert names(root, groups="dev", runtime=False) == {"always", "dev"}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"extras": "fats"}, "no extra 'fats'. The nearest is 'fast'"),
        ({"groups": "dve"}, "no dependency group 'dve'. The nearest is 'dev'"),
    ],
)
def test_an_unknown_choice_names_the_nearest(
    tmp_path: Path, selection: dict[str, Any], message: str
) -> None:
    """A typing error is never a silently smaller list."""
    with pytest.raises(SourceError, match=message):
        freeze(write(tmp_path, EVERY_MARKER), **selection)


@pytest.mark.parametrize("name", ["pylock.toml", "pylock.deploy.toml"])
def test_a_named_lock_file_is_read_too(tmp_path: Path, name: str) -> None:
    """Only the plain name is found without being asked for."""
    root = write(tmp_path, HEAD + package("one"), name)
    assert freeze(root, source=name).distributions[1].name == "one"
    assert freeze(root, source=name).source == name


@pytest.mark.parametrize(
    "entry",
    [
        package("app", rest='directory = { path = ".", editable = true }'),
        package("other", rest='directory = { path = "." }'),
        package("app", rest='version = "1.0"'),
    ],
)
def test_the_project_itself_is_listed_once_as_it_is_built(tmp_path: Path, entry: str) -> None:
    """Tools write the project's own folder into the file; its version is the one being built."""
    manifest = freeze(write(tmp_path, HEAD + entry + package("one")))
    assert [(d.name, d.version) for d in manifest.distributions] == [("app", "2.0"), ("one", "1.0")]
    assert not manifest.skipped


def test_what_has_no_version_is_skipped_unless_its_own_file_has_one(tmp_path: Path) -> None:
    """A member's static version is read; one of a repository is not in the file."""
    vcs = 'vcs = { type = "git", url = "https://example.org/r", commit-id = "00" }'
    lock = HEAD + package("repository", rest=vcs)
    lock += package("member", rest='directory = { path = "member" }')
    lock += package("dynamic", rest='directory = { path = "dynamic" }')
    root = write(tmp_path, lock)
    (root / "member").mkdir()
    pyproject = '[project]\nname = "member"\nversion = "3.0"\n'
    (root / "member" / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    manifest = freeze(root)
    assert {d.name: d.version for d in manifest.distributions} == {"app": "2.0", "member": "3.0"}
    reason = "the lock file holds no version for it"
    assert manifest.skipped == {"dynamic": reason, "repository": reason}


def test_files_that_packaging_refuses_are_read(tmp_path: Path) -> None:
    """Tools have written names that are not normalized, and packages without any file."""
    lock = HEAD + '[[packages]]\nname = "Zope.Interface"\nversion = "7.0"\n'
    with pytest.raises(Exception, match="not normalized"):
        Pylock.from_dict(tomli.loads(lock))
    assert names(write(tmp_path, lock)) == {"zope-interface"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('requires-python = ">=3.13"\n', "excluded by requires-python"),
        ("environments = [\"sys_platform == 'win32'\"]\n", "not resolved for this environment"),
    ],
)
def test_an_environment_that_was_not_locked_for_is_refused(
    tmp_path: Path, line: str, message: str
) -> None:
    """It is refused by ``packaging`` too; an empty list would be a lie."""
    text = HEAD + line + package("one")
    with pytest.raises(PylockSelectError):
        list(Pylock.from_dict(tomli.loads(text)).select(environment=LINUX))  # type: ignore[arg-type]  # a TypedDict is wanted
    with pytest.raises(RefusedEnvironmentError, match=message):
        freeze(write(tmp_path, text), LINUX)


def test_no_environments_are_no_restriction(tmp_path: Path) -> None:
    """Pipenv writes an empty array."""
    assert names(write(tmp_path, HEAD + "environments = []\n" + package("one"))) == {"one"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('created-by = "hand"\npackages = []\n', r"lock-version: is missing \(supported: 1\.x\)"),
        ('lock-version = "2.0"\npackages = []\n', "lock-version: unsupported lock version '2.0'"),
        ("lock-version = 1.0\npackages = []\n", "lock-version: is a float, not a string"),
        (HEAD, "packages: is missing"),
        (HEAD + "packages = {}\n", "packages: is a table, not an array"),
        (HEAD + "packages = [{}]\n", r"packages\[0\].name: is missing"),
        (HEAD + package("a b"), r"packages\[0\].name: 'a b' is not a valid name"),
        (HEAD + package("a", "os"), r"packages\[0\].marker: 'os' is not a valid marker"),
        (HEAD + package("a", rest='version = "x y"'), r"packages\[0\].version: 'x y' is not"),
        (HEAD + 'environments = ["os"]\n' + package("a"), r"environments\[0\]: 'os' is not"),
        (HEAD + 'requires-python = "x"\n' + package("a"), "requires-python: 'x' is not"),
        (HEAD + "extras = [7]\n" + package("a"), r"extras\[0\]: is an integer"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    """The message says which file, where in it, and what is wrong."""
    with pytest.raises(SourceError, match=rf"^pylock\.toml: {message}"):
        freeze(write(tmp_path, text))


def test_another_project_is_refused(tmp_path: Path) -> None:
    """The file does not say what a member of the workspace needs."""
    write(tmp_path, HEAD + package("idna"))
    with pytest.raises(SourceError, match="it is of one project alone, and that is not 'other'"):
        freeze(tmp_path, package="other")
