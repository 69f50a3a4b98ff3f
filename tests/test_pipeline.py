"""The one verb: what is listed, what is left out, and what a build gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from packaging.utils import NormalizedName

from hatch_sentry_modules import config, left_out, pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import SourceError
from hatch_sentry_modules.model import Manifest, Selection
from hatch_sentry_modules.resolve import SEVERAL
from tests.manifests import versions

FILES = {"acme_app/__init__.py": "src/acme_app/__init__.py"}


def write(folder: Path, pyproject: str = "", dependencies: str = "", packages: str = "") -> Path:
    """Write a project with its ``uv.lock``, which holds flask and what else is given."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "Acme.App"\ndependencies = ["flask"]\n{pyproject}', encoding="utf-8"
    )
    (folder / "uv.lock").write_text(
        f"""
version = 1
[[package]]
name = "acme-app"
source = {{ editable = "." }}
dependencies = [{{ name = "flask" }}, {dependencies}]
[[package]]
name = "flask"
version = "3.1.3"
source = {{ registry = "https://index.example.org/simple" }}
{packages}
""",
        encoding="utf-8",
    )
    return folder


def freeze(folder: Path, version: str | None = "4.2.0", **options: object) -> Manifest:
    """Freeze a project with its version known, as in a build."""
    own = project.read(folder, version=version)
    return pipeline.freeze(own, Config(**options))  # type: ignore[arg-type] # options of a test


def generate(folder: Path, warnings: list[str] | None = None) -> pipeline.Generated | None:
    """Generate the module as a build hook does."""
    warn = [] if warnings is None else warnings
    return pipeline.generate(
        folder, name="Acme.App", version="4.2.0", files=FILES, warn=warn.append
    )


def test_the_project_is_listed_with_the_version_that_is_built(tmp_path: Path) -> None:
    """The lock file holds no version of a dynamic project, but the build knows it."""
    assert versions(freeze(write(tmp_path))) == {"acme-app": "4.2.0", "flask": "3.1.3"}


def test_a_version_that_only_a_build_knows_is_skipped_elsewhere(tmp_path: Path) -> None:
    """The command line does not guess a dynamic version; it gives the reason."""
    manifest = freeze(write(tmp_path), version=None)
    assert versions(manifest) == {"flask": "3.1.3"}
    assert manifest.skipped == {"acme-app": left_out.DYNAMIC}


def test_another_member_keeps_its_own_version(tmp_path: Path) -> None:
    """What is built is not what another member of the workspace is called."""
    member = '[[package]]\nname = "acme-core"\nversion = "1.5"\nsource = { editable = "core" }\n'
    own = project.read(write(tmp_path, packages=member), version="4.2.0")
    selection = Selection(package=NormalizedName("acme-core"))
    manifest = pipeline.freeze(own, Config(), selection=selection)
    assert (manifest.project, versions(manifest)) == ("acme-core", {"acme-core": "1.5"})


def test_excluded_names_are_nowhere(tmp_path: Path) -> None:
    """A private distribution is neither listed nor named among the skipped."""
    package = '[[package]]\nname = "acme-core"\nsource = { directory = "core" }\n'
    folder = write(tmp_path, dependencies='{ name = "acme-core" }', packages=package)
    assert "acme-core" in freeze(folder).skipped
    text = render.to_python(freeze(folder, exclude=("acme-*",)))
    assert "acme-core" not in text
    assert "flask" in text


def test_patterns_are_spelled_as_names_are_and_travel_in_the_manifest(tmp_path: Path) -> None:
    """A pattern in the metadata's spelling matches, whatever stands in its brackets is kept."""
    table = 'exclude = ["Fla*", "ACME_[a-c_]ore", "Acme.App"]\n'
    folder = write(tmp_path, pyproject=f"[tool.sentry-modules]\n{table}")
    manifest = pipeline.freeze(own := project.read(folder), config.read(own.table))
    assert manifest.exclude == ("fla*", "acme-[a-c_]ore", "acme-app")
    assert versions(manifest) == {}
    (warning,) = (text for text in manifest.warnings if "exclude" in text)
    assert "'acme-[a-c_]ore' matches nothing listed" in warning


def test_what_has_no_version_is_named_in_one_warning(tmp_path: Path) -> None:
    """Internal libraries with dynamic versions are the usual case; the remedy is for them."""
    members = [f"acme-lib{number}" for number in range(12)]
    packages = "".join(
        f'[[package]]\nname = "{name}"\nsource = {{ editable = "{name}" }}\n' for name in members
    )
    needs = ", ".join(f'{{ name = "{name}" }}' for name in members)
    folder = write(tmp_path, dependencies=needs, packages=packages)
    warnings: list[str] = []
    assert generate(folder, warnings) is not None
    (warning,) = warnings
    assert warning.startswith("uv.lock: 12 distributions are on no event, without a version")
    assert "acme-lib0, acme-lib1, " in warning
    assert "and 2 more (the lock file holds no version for a dynamic source)" in warning
    for remedy in ("static version", "installed:PLACE", "sentry-modules inject"):
        assert remedy in warning
    (folder / "acme-lib3").mkdir()
    text = '[project]\nname = "acme-lib3"\nversion = "1.5"\n'
    (folder / "acme-lib3" / "pyproject.toml").write_text(text, encoding="utf-8")
    assert versions(freeze(folder))["acme-lib3"] == "1.5"
    warnings.clear()
    generate(write(tmp_path / "none"), warnings)
    assert not warnings


def test_nothing_is_omitted_while_all_versions_fit(tmp_path: Path) -> None:
    """Most applications are far below the server's budget."""
    manifest = freeze(write(tmp_path))
    assert (manifest.omitted, manifest.warnings) == (frozenset(), ())


def test_the_farthest_are_omitted_when_versions_outgrow_the_budget(tmp_path: Path) -> None:
    """What flask alone pulls in goes before what the project asks for, until the rest fits."""
    names = [f"d{number:04}" for number in range(1000)]
    deep = ", ".join(f'{{ name = "{name}" }}' for name in names)
    packages = f"dependencies = [{deep}]\n" + "".join(
        f'[[package]]\nname = "{name}"\nversion = "1.0.0.0"\nsource = {{ registry = "x" }}\n'
        for name in names
    )
    manifest = freeze(write(tmp_path, packages=packages))
    assert manifest.omitted == {*names[: len(manifest.omitted)]}
    kept = [d for d in manifest.distributions if d.name not in manifest.omitted]
    used = sum(len(d.version) + 3 for d in kept)
    assert left_out.BUDGET - 10 < used <= left_out.BUDGET
    (warning,) = manifest.warnings
    count = len(manifest.omitted)
    assert warning.startswith(f"uv.lock: events leave off {count} of 1002 distributions, since ")
    assert "8192 bytes of versions: d0000, d0001, " in warning
    assert warning.endswith(f" and {count - 10} more. To keep others, exclude what matters less.")


def test_what_the_project_requires_stays_however_it_is_spelled(tmp_path: Path) -> None:
    """A flat list does not tell how far away a distribution is; the project does."""
    pins = "".join(f"d{number:04}==1.0.0.0.0\n" for number in range(1000))
    (tmp_path / "requirements.txt").write_text(f"aaa-bbb==1.0\n{pins}", encoding="utf-8")
    text = '[project]\nname = "acme"\ndependencies = ["Aaa_Bbb"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    manifest = freeze(tmp_path)
    assert "d0000" in manifest.omitted
    assert "aaa-bbb" not in manifest.omitted


def test_a_build_gets_the_text_and_both_of_its_places(tmp_path: Path) -> None:
    """The module goes into the import package, in the wheel and in the tree of an sdist."""
    generated = generate(write(tmp_path))
    assert generated is not None
    assert generated.wheel_path == "acme_app/_sentry_modules.py"
    assert generated.tree_path == "src/acme_app/_sentry_modules.py"
    assert generated.text == render.to_python(freeze(tmp_path))


def test_an_unpacked_sdist_keeps_the_module_it_carries(tmp_path: Path) -> None:
    """Without the lock file the carried text is used; in a plain tree a stray file is not."""
    folder = write(tmp_path)
    carried = folder / "src" / "acme_app" / "_sentry_modules.py"
    carried.parent.mkdir(parents=True)
    first = generate(folder)
    assert first is not None
    carried.write_text(first.text.replace("3.1.3", "3.1.2"), encoding="ascii")
    assert generate(folder) == first
    (folder / "PKG-INFO").touch()
    (folder / "uv.lock").unlink()
    second = generate(folder)
    assert second is not None
    assert second.text == carried.read_text(encoding="ascii")


def test_a_foreign_file_in_an_sdist_is_not_taken_for_the_module(tmp_path: Path) -> None:
    """Only what this project generated is carried on."""
    folder = write(tmp_path)
    carried = folder / "src" / "acme_app" / "_sentry_modules.py"
    carried.parent.mkdir(parents=True)
    (folder / "PKG-INFO").touch()
    for content in (b"import os", b"# caf\xe9\n"):
        carried.write_bytes(content)
        generated = generate(folder)
        assert generated is not None
        assert "flask" in generated.text


def test_no_source_stops_the_build(tmp_path: Path) -> None:
    """By default an application without a manifest is not built."""
    folder = write(tmp_path)
    (folder / "uv.lock").unlink()
    with pytest.raises(SourceError, match="no lock file stands beside it"):
        generate(folder)


def test_no_source_is_a_warning_where_none_is_required(tmp_path: Path) -> None:
    """With required = false the build goes on without a manifest, and says so."""
    folder = write(tmp_path, pyproject="[tool.sentry-modules]\nrequired = false\n")
    (folder / "uv.lock").unlink()
    warnings: list[str] = []
    assert generate(folder, warnings) is None
    assert warnings[0].endswith("No manifest is built in.")


def test_the_same_project_in_two_folders_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the machine or the folder reaches the text."""
    first, second = generate(write(tmp_path / "a")), generate(write(tmp_path / "b" / "c"))
    assert first is not None
    assert first == second
    assert str(tmp_path) not in first.text


TWICE = {
    "pylock.toml": 'lock-version = "1.0"\ncreated-by = "uv"\n[[packages]]\nname = "a"\n'
    'version = "1"\n[[packages]]\nname = "A"\nversion = "2"\n',
    "uv.lock": 'version = 1\n[[package]]\nname = "acme"\nversion = "1"\n'
    'source = { virtual = "." }\ndependencies = [{ name = "a", version = "1" }, '
    '{ name = "a", version = "2" }]\n[[package]]\nname = "a"\nversion = "1"\n'
    '[[package]]\nname = "a"\nversion = "2"\n',
    "pdm.lock": '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\n'
    'lock_version = "4.5.0"\n[[package]]\nname = "a"\nversion = "1"\ngroups = ["default"]\n'
    '[[package]]\nname = "a"\nversion = "2"\ngroups = ["default"]\n',
    "poetry.lock": '[[package]]\nname = "a"\nversion = "1"\ngroups = ["main"]\n'
    '[[package]]\nname = "a"\nversion = "2"\ngroups = ["main"]\n'
    '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.10"\n',
}


@pytest.mark.parametrize("file", TWICE)
def test_two_versions_under_no_condition_are_no_answer(tmp_path: Path, file: str) -> None:
    """Only one can be installed, and which one is not guessed; the name is said."""
    text = '[project]\nname = "acme"\nversion = "1"\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (tmp_path / file).write_text(TWICE[file], encoding="utf-8")
    manifest = pipeline.freeze(project.read(tmp_path), Config(source=file))
    assert [d.name for d in manifest.distributions] == ["acme"]
    assert manifest.skipped == {"a": SEVERAL}


def test_a_pex_lock_that_locks_a_name_twice_is_refused(tmp_path: Path) -> None:
    """The second one was taken before, without a word."""
    locked = [{"project_name": "a", "version": v, "artifacts": []} for v in "12"]
    asked = {"style": "universal", "requirements": ["a"], "requires_python": []}
    resolves = [{"marker": None, "locked_requirements": locked}]
    text = json.dumps({**asked, "locked_resolves": resolves})
    (tmp_path / "pex.lock").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="a is locked a second time"):
        pipeline.freeze(project.read(tmp_path), Config(source="pex.lock"))
