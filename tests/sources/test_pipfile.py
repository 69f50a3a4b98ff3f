"""``Pipfile.lock`` is read as Pipenv exports it, and a changed ``Pipfile`` is noticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pip._internal.models.index import PyPI

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Manifest
from hatch_sentry_modules.sources.pipfile import NO_VERSION, NOT_PINNED
from tests import corpus
from tests.environments import LINUX, execute, listed
from tests.manifests import other_warnings
from tests.sources.selections import select

ROOT = Path(__file__).parents[2]
CATEGORIES = ROOT / "fixtures" / "locks" / "pipfile" / "categories"
LOCAL = ROOT / "fixtures" / "locks" / "pipfile" / "local"
LOCKED_BY_PIPENV = ROOT / "fixtures" / "agreement" / "pipenv"
OLDER = LINUX | {"python_full_version": "3.11.7", "python_version": "3.11"}
RUNTIME = {"fred-epplib": None, "idna": "3.20", "pygments": "2.21.0", "zope-interface": "7.0.3"}


def freeze(folder: Path, **selection: Any) -> Manifest:
    """Freeze the project in a folder for every environment."""
    chosen = select(**selection)
    return pipeline.freeze(project.read(folder), Config(source="Pipfile.lock"), selection=chosen)


def modules(manifest: Manifest, environment: dict[str, str] = LINUX) -> dict[str, str | None]:
    """Return what a manifest lists in an environment, without the project itself."""
    found = listed(execute(render.to_python(manifest), environment))
    everything: dict[str, str | None] = {**found, **dict.fromkeys(manifest.skipped)}
    return {name: version for name, version in everything.items() if name != "storefront"}


def write(folder: Path, default: object, **sections: object) -> Path:
    """Write a lock file, and a project without requirements, into a folder."""
    document = {"_meta": {"pipfile-spec": 6}, "default": default, **sections}
    (folder / "Pipfile.lock").write_text(json.dumps(document), encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "storefront"\nversion = "1"\n', encoding="utf-8"
    )
    return folder


def test_the_runtime_set_is_default() -> None:
    """Markers decide, names are normalized, and a repository has no version."""
    manifest = freeze(CATEGORIES)
    assert modules(manifest) == RUNTIME
    assert modules(manifest, LINUX | {"sys_platform": "win32"}) == RUNTIME | {"colorama": "0.4.6"}
    assert manifest.skipped == {"fred-epplib": NO_VERSION}
    assert other_warnings(manifest) == ()


def test_the_python_that_pipenv_asks_for_is_no_bound() -> None:
    """Pipenv warns of a Python other than ``_meta.requires``, and installs all the same."""
    own = project.read(CATEGORIES)
    manifest = pipeline.freeze(own, Config(source="Pipfile.lock"), environment=LINUX)
    assert corpus.listed(manifest) == RUNTIME


def test_the_group_dev_is_the_section_develop() -> None:
    """With the group, a marker on it holds; Pipenv 2026.10.3 installs such entries, too."""
    manifest = freeze(CATEGORIES, groups="dev")
    assert modules(manifest) == RUNTIME | {"iniconfig": "2.3.0"}
    assert modules(freeze(CATEGORIES, groups="dev", runtime=False)) == {
        "iniconfig": "2.3.0",
        "pygments": "2.20.0",
    }


def test_the_first_of_several_versions_is_reported_and_taken() -> None:
    """Sections may differ; as in Pipenv's export the runtime set goes first."""
    assert other_warnings(freeze(CATEGORIES, groups="dev")) == (
        "Pipfile.lock: its sections hold several versions of pygments; the first is taken.",
    )


def test_sections_of_one_version_widen_each_other() -> None:
    """A distribution is there when the marker of any of its sections holds."""
    manifest = freeze(CATEGORIES, groups="docs-and-more")
    assert modules(manifest, OLDER) == RUNTIME | {"markdown": "3.8.2"}
    assert other_warnings(manifest) == ()
    alone = freeze(CATEGORIES, groups="docs-and-more", runtime=False)
    assert modules(alone, OLDER) == {"markdown": "3.8.2"}
    assert modules(alone) == {"idna": "3.20", "markdown": "3.8.2"}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"groups": "dve"}, "it holds no dependency group 'dve'. The nearest is 'dev'."),
        ({"groups": "default"}, "it holds no dependency group 'default'. The nearest is 'dev'."),
        ({"extras": "docs"}, "it holds no extra 'docs'."),
        (
            {"package": "other"},
            "it is of one project alone, and that is not 'other'. "
            "Freeze that project from its own folder.",
        ),
    ],
)
def test_what_the_file_does_not_hold_is_an_error(selection: dict[str, Any], message: str) -> None:
    """An unknown group is refused by name, and so is what the format does not know at all."""
    with pytest.raises(SourceError) as caught:
        freeze(CATEGORIES, **selection)
    assert str(caught.value) == f"Pipfile.lock: {message}"


def test_entries_that_no_index_serves() -> None:
    """The project itself is known, a folder in it has its own version, the rest is skipped."""
    manifest = freeze(LOCAL)
    assert {d.name: d.version for d in manifest.distributions} == {
        "library": "2.0.0",
        "old": "1.0",
        "storefront": "1.0.0",
    }
    assert manifest.skipped == {"elsewhere": NO_VERSION, "open": NOT_PINNED, "wheel": NO_VERSION}


@pytest.mark.parametrize("version", [">=1.0", "~=1.0", "==1.*", "==1.0,==1.1", "", '1"];x', "=="])
def test_only_one_version_is_a_version(tmp_path: Path, version: str) -> None:
    """A range, or a text that is no version at all, is skipped with a reason."""
    manifest = freeze(write(tmp_path, {"flask": {"version": version}}))
    assert manifest.skipped.keys() == {"flask"}
    assert [d.name for d in manifest.distributions] == ["storefront"]


@pytest.mark.parametrize("version", ["==1.0", "===1.0", "1.0", "== 1.0"])
def test_a_pin_is_a_version(tmp_path: Path, version: str) -> None:
    """Both equality operators, and none, name one version."""
    assert modules(freeze(write(tmp_path, {"flask": {"version": version}}))) == {"flask": "1.0"}


@pytest.mark.parametrize(
    ("default", "place"),
    [
        ([], "default"),
        ({"flask": 1}, "default.flask"),
        ({"flask": {"version": 1}}, "default.flask.version"),
        ({"flask": {"markers": "os_name = 'nt'"}}, "default.flask.markers"),
        ({"flask": {"path": []}}, "default.flask.path"),
        ({'"];import os;#': "==1"}, "default"),
        ({"a\nb": "==1"}, "default"),
    ],
)
def test_a_malformed_entry_is_an_error_with_its_place(
    tmp_path: Path, default: object, place: str
) -> None:
    """One line says where the fault is, whatever the entry holds."""
    with pytest.raises(SourceError) as caught:
        freeze(write(tmp_path, default))
    assert str(caught.value).startswith(f"Pipfile.lock: {place}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("specification", [5, 7, "6", None, True, 6.0])
def test_an_unknown_specification_is_an_error(tmp_path: Path, specification: object) -> None:
    """Another ``pipfile-spec`` may mean another layout."""
    write(tmp_path, {}, _meta={"pipfile-spec": specification})
    message = r"^Pipfile\.lock: _meta\.pipfile-spec: (is missing|unsupported) .*6\)"
    with pytest.raises(SourceError, match=message):
        freeze(tmp_path)


def locked(folder: Path) -> Path:
    """Copy what the real Pipenv locked."""
    for name in ("Pipfile", "Pipfile.lock"):
        shutil.copy(LOCKED_BY_PIPENV / name, folder)
    folder.joinpath("pyproject.toml").write_text(
        '[project]\nname = "storefront"\nversion = "1"\n', encoding="utf-8"
    )
    return folder


STALE = ("Pipfile.lock: the lock file is stale: the Pipfile has changed. Lock the project again.",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# The same", "# Still the same"),
        ("sentry-sdk =", "Sentry_SDK="),
        ("[docs]", "[scripts]\nserve = 'python -m storefront'\n\n[docs]"),
    ],
)
def test_the_same_pipfile_in_other_words_is_not_stale(tmp_path: Path, old: str, new: str) -> None:
    """Comments, spellings and scripts leave the hash that Pipenv recorded as it is."""
    replace(locked(tmp_path) / "Pipfile", old, new)
    assert other_warnings(freeze(tmp_path)) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('redis = "==6.2.0"', 'redis = "==6.2.1"'),
        ('iniconfig = "==2.1.0"', 'iniconfig = "*"'),
        ("[docs]", '[requires]\npython_version = "3.13"\n\n[docs]'),
        ("[docs]", "[docs]\nreleased = 2026-11-22"),
        ("[docs]", "docs = 1\n[other]"),
    ],
)
def test_a_changed_pipfile_is_stale(tmp_path: Path, old: str, new: str) -> None:
    """A change of requirements, in any section, is a warning."""
    replace(locked(tmp_path) / "Pipfile", old, new)
    assert other_warnings(freeze(tmp_path)) == STALE


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_pipfile_that_pipenv_cannot_read_is_an_error(tmp_path: Path) -> None:
    """The message names the Pipfile, not the lock file."""
    locked(tmp_path).joinpath("Pipfile").write_text("[packages", encoding="utf-8")
    with pytest.raises(SourceError, match=r"^Pipfile: "):
        freeze(tmp_path)


def test_a_pipfile_without_a_source_is_not_judged(tmp_path: Path) -> None:
    """Pipenv hashes its own default index then, which nothing here can know."""
    pipfile = locked(tmp_path) / "Pipfile"
    text = pipfile.read_text(encoding="utf-8")
    head, _, rest = text.partition("[[source]]")
    pipfile.write_text(head + rest[rest.index("\n[") :], encoding="utf-8")
    replace(pipfile, 'redis = "==6.2.0"', 'redis = "==6.2.1"')
    assert other_warnings(freeze(tmp_path)) == ()


def test_a_lock_file_alone_is_not_stale(tmp_path: Path) -> None:
    """Without the Pipfile nothing can be told."""
    locked(tmp_path).joinpath("Pipfile").unlink()
    assert other_warnings(freeze(tmp_path)) == ()


@pytest.mark.skipif(not corpus.ROOT.is_dir(), reason="the corpus is not beside the project")
@pytest.mark.parametrize("name", ["getgov", "pipenv"])
def test_the_hash_is_the_one_that_pipenv_wrote(tmp_path: Path, name: str) -> None:
    """With the index that the corpus hides, which is pip's default, real files are up to date."""
    for file in ("Pipfile", "Pipfile.lock"):
        shutil.copy(corpus.ROOT / "pipfile" / name / file, tmp_path)
    tmp_path.joinpath("pyproject.toml").write_text('[project]\nname = "storefront"\n', "utf-8")
    assert other_warnings(freeze(tmp_path)) == STALE
    replace(tmp_path / "Pipfile", "https://index.example.org/simple", PyPI.simple_url.rstrip("/"))
    assert other_warnings(freeze(tmp_path)) == ()
