"""The generated module of a bundle, and what the project says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.utils import NormalizedName

from hatch_sentry_modules import manifest_document, render
from hatch_sentry_modules.bundlers import bundle_manifest
from hatch_sentry_modules.model import Distribution, Manifest
from tests.bundlers.installation import install


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install two distributions, and work in a folder beside them."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    install(folder, "flask", "flask/__init__.py", version="3.1.3")
    install(folder, "acme-secret", "acme_secret/__init__.py")
    monkeypatch.chdir(tmp_path)
    return folder


def generated(site: Path, warn: Callable[[str], None] = pytest.fail) -> str:
    """Generate the module of a bundle that holds both."""
    files = map(str, site.glob("*/__init__.py"))
    text = bundle_manifest.generate(
        files, [str(site)], {"__main__": str(site / "program.py")}, warn
    )
    assert text is not None
    return text


def test_a_plain_script_needs_no_project(site: Path) -> None:
    """Without any file beside it, all that was collected is listed."""
    text = generated(site)
    assert '"acme-secret": "1.0"' in text
    assert '"flask": "3.1.3"' in text


def test_what_has_no_version_is_said(site: Path) -> None:
    """It is on no event, as nothing else that is left out."""
    (site / "flask-3.1.3.dist-info" / "METADATA").write_text("Name: flask\n", encoding="utf-8")
    warnings: list[str] = []
    assert '"flask": "3.1.3"' not in generated(site, warnings.append)
    (warning,) = warnings
    assert "flask (its metadata holds no version)" in warning


def test_what_the_project_excludes_stays_out(site: Path) -> None:
    """A private name is in no bundle, whichever tool makes it."""
    (site.parent / "pyproject.toml").write_text(
        "[tool.sentry-modules]\nexclude = ['acme-*']\n", encoding="utf-8"
    )
    manifest = manifest_document.read(generated(site)).manifest
    assert {d.name: d.version for d in manifest.distributions} == {"flask": "3.1.3"}
    assert manifest.exclude == ("acme-*",)


def test_what_the_project_excludes_stays_out_of_its_own_manifest_too(site: Path) -> None:
    """One that was built elsewhere knows nothing of it."""
    own = Manifest(
        project=None,
        source="uv.lock",
        distributions=tuple(
            Distribution(NormalizedName(name), "1.0")
            for name in ("acme-secret", "flask", "sentry-sdk")
        ),
        exclude=("tests",),
    )
    (site / "flask" / "_sentry_modules.py").write_text(render.to_python(own), "ascii")
    (site.parent / "pyproject.toml").write_text(
        "[tool.sentry-modules]\nexclude = ['acme-*']\n", "utf-8"
    )
    warnings: list[str] = []
    modules = {"flask": str(site / "flask" / "__init__.py")}
    files = map(str, site.glob("*/__init__.py"))
    text = bundle_manifest.generate(files, [str(site)], modules, warnings.append)
    assert text is not None
    manifest = manifest_document.read(text).manifest
    assert [d.name for d in manifest.distributions] == ["flask", "sentry-sdk"]
    assert manifest.exclude == ("tests", "acme-*")
    assert not any("acme-secret" in warning for warning in warnings)


def test_what_decides_is_watched(site: Path) -> None:
    """A bundler that keeps what it found makes it anew when one of these files changes."""
    project = site.parent / "project"
    metadata = install(site, "acme-tool")
    document = {"url": project.as_uri(), "dir_info": {"editable": True}}
    (metadata / "direct_url.json").write_text(json.dumps(document), encoding="utf-8")
    modules = {"flask": str(site / "flask" / "__init__.py")}
    assert bundle_manifest.sources([str(site)], modules) == {
        site.parent / "pyproject.toml",
        project / "pyproject.toml",
        site / "flask" / "_sentry_modules.py",
    }


def test_a_mistake_stops_the_build_with_one_line(site: Path) -> None:
    """It is the message that every other entrance gives, without a traceback."""
    (site.parent / "pyproject.toml").write_text(
        "[tool.sentry-modules]\nexclud = []\n", encoding="utf-8"
    )
    with pytest.raises(SystemExit, match=r"^pyproject\.toml: .*exclud.*exclude"):
        generated(site)


NOT_OURS = {
    "broken": b"[project\n",
    "not UTF-8": b"# caf\xe9\n",
    "nested too deeply": b"x = " + b"[" * 5000,
    "tool is no table": b"tool = 3\n",
}
"""Files that no bundler reads, by what is wrong with them."""

READABLE = {
    "a version of its own": '[project]\nname = "app"\nversion = "2024.1-nightly"\n',
    "a name from a template": '[project]\nname = "{{ cookiecutter.name }}"\nversion = "1"\n',
    "Poetry's own": '[tool.poetry]\nname = "My App"\nversion = "0-placeholder"\n',
    "a path": '[project]\nname = "app"\ndependencies = ["lib @ ../lib", "foo"]\n',
    "Poetry's constraint": '[project]\nname = "app"\nrequires-python = "^3.10"\n',
}


@pytest.mark.parametrize("content", NOT_OURS.values(), ids=NOT_OURS)
def test_a_file_that_is_not_ours_stops_no_bundler(site: Path, content: bytes) -> None:
    """One warning says that nothing is excluded, and the build goes on."""
    (site.parent / "pyproject.toml").write_bytes(content)
    warnings: list[str] = []
    assert '"flask": "3.1.3"' in generated(site, warnings.append)
    (warning,) = warnings
    assert warning.startswith("sentry-modules: pyproject.toml: ")
    assert warning.endswith("Nothing is excluded.")


def test_a_folder_of_that_name_stops_no_bundler(site: Path) -> None:
    """It is no file, and said to be none."""
    (site.parent / "pyproject.toml").mkdir()
    warnings: list[str] = []
    assert '"flask": "3.1.3"' in generated(site, warnings.append)
    assert len(warnings) == 1


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_what_a_project_says_of_itself_is_not_asked(site: Path, text: str) -> None:
    """A bundler has no use for it, and so it needs no warning."""
    excluded = "[tool.sentry-modules]\nexclude = ['acme-*']\n"
    (site.parent / "pyproject.toml").write_text(text + excluded, encoding="utf-8")
    manifest = manifest_document.read(generated(site)).manifest
    assert [d.name for d in manifest.distributions] == ["flask"]


def test_a_module_of_the_program_keeps_its_name(site: Path) -> None:
    """A hand-written module is not replaced in the bundle, and the build says so."""
    (site / "_sentry_modules.py").write_text("HAND_WRITTEN = True\n", encoding="utf-8")
    warnings: list[str] = []
    modules = {"__main__": str(site / "program.py")}
    assert bundle_manifest.generate([], [str(site)], modules, warnings.append) is None
    assert warnings == [
        "sentry-modules: no manifest is built in, since _sentry_modules.py is a file of the program"
    ]
