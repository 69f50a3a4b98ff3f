"""The SBOM: right by the schema, exactly the manifest, the same bytes each time, in the wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.version import Version

from demo.cache import kept_python
from hatch_sentry_modules import pipeline, project, sbom
from hatch_sentry_modules.config import Config
from tests.backends import archives, projects
from tests.backends.building import EPOCH, build
from tests.command_line import LOCK, PYPROJECT, refused, run
from tests.corpus import ROOT, cases

PLACE = "acme_app-4.2.0.dist-info/sboms/sentry-modules.cdx.json"

TAKES_SBOM = pytest.mark.skipif(
    Version(metadata.version("hatchling")) < Version("1.28"),
    reason="hatchling 1.28 is the first to take an SBOM",
)

INDEX = 'source = { registry = "https://index.example.org/simple" }'

FORKED = f"""
version = 1
requires-python = ">=3.11"

[[package]]
name = "acme-app"
version = "4.2.0"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "flask", version = "2.3.3", {INDEX}, marker = "sys_platform == 'win32'" }},
    {{ name = "flask", version = "3.1.3", {INDEX}, marker = "sys_platform != 'win32'" }},
    {{ name = "old" }},
]

[[package]]
name = "flask"
version = "2.3.3"
{INDEX}

[[package]]
name = "flask"
version = "3.1.3"
{INDEX}

[[package]]
name = "old"
version = "1.0"
{INDEX}
dependencies = [{{ name = "flask", version = "2.3.3", {INDEX} }}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a small project whose lock file has a fork, a condition and a missing version."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    lock = LOCK.replace('[{ name = "flask" }]', '[{ name = "flask" }, { name = "acme-core" }]', 1)
    core = '\n[[package]]\nname = "acme-core"\nsource = { editable = "core" }\n'
    (tmp_path / "uv.lock").write_text(lock + core, encoding="utf-8")
    return tmp_path


def freeze(*arguments: str | Path) -> dict[str, Any]:
    """Freeze as CycloneDX, hold the document to the schema, and give it."""
    result = run("freeze", "--format", "cyclonedx", *arguments)
    assert result.exit_code == 0, result.output
    return valid(result.stdout)


def valid(text: str) -> dict[str, Any]:
    """Hold a document to the schema of CycloneDX 1.6, which refuses all that it does not know."""
    assert text.isascii()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document: dict[str, Any] = json.loads(text)
    return document


def described(document: dict[str, Any]) -> list[tuple[str, str | None, str, dict[str, str]]]:
    """Return name, version, purl and properties of all components, the project's first."""
    own = document["metadata"].get("component")
    return [
        (
            component["name"],
            component.get("version"),
            component["purl"],
            {entry["name"]: entry["value"] for entry in component.get("properties", [])},
        )
        for component in ([own] if own else []) + document["components"]
    ]


def links(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return what each component requires, by bom-ref."""
    return {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}


def test_it_says_what_the_manifest_says(folder: Path) -> None:
    """Every name is there with its version and purl, its condition, or why it has no version."""
    skipped = "the lock file holds no version for a dynamic source"
    document = freeze(folder)
    assert described(document) == [
        ("acme-app", "4.2.0", "pkg:pypi/acme-app@4.2.0", {}),
        ("acme-core", None, "pkg:pypi/acme-core", {"sentry-modules:skipped": skipped}),
        (
            "colorama",
            "0.4.6",
            "pkg:pypi/colorama@0.4.6",
            {"sentry-modules:marker": 'sys_platform == "win32"'},
        ),
        ("flask", "3.1.3", "pkg:pypi/flask@3.1.3", {}),
    ]
    source = {"name": "sentry-modules:source", "value": "uv.lock"}
    assert document["metadata"]["properties"] == [source]
    assert document["metadata"]["component"]["type"] == "application"


def test_it_says_what_requires_what(folder: Path) -> None:
    """The links are those of the lock file, and what requires nothing says so."""
    assert links(freeze(folder)) == {
        "pkg:pypi/acme-app@4.2.0": ["pkg:pypi/acme-core", "pkg:pypi/flask@3.1.3"],
        "pkg:pypi/acme-core": [],
        "pkg:pypi/colorama@0.4.6": [],
        "pkg:pypi/flask@3.1.3": ["pkg:pypi/colorama@0.4.6"],
    }


def test_what_is_excluded_is_in_no_link(folder: Path) -> None:
    """A private distribution's name is nowhere."""
    document = freeze("--exclude", "*-core", folder)
    assert links(document)["pkg:pypi/acme-app@4.2.0"] == ["pkg:pypi/flask@3.1.3"]
    assert "core" not in json.dumps(document)


def test_a_flat_source_tells_no_links(folder: Path) -> None:
    """It does not know them, and an empty list would say that nothing is required."""
    (folder / "requirements.txt").write_text("flask==3.1.3\njinja2==3.1.6\n", encoding="utf-8")
    document = freeze("--source", "requirements.txt", folder)
    assert [name for name, *_ in described(document)] == ["acme-app", "flask", "jinja2"]
    assert "dependencies" not in document


def test_there_is_no_time_and_no_chance_in_it(folder: Path) -> None:
    """Other processes, which order sets in other ways, give the same bytes."""
    command = [sys.executable, "-m", "hatch_sentry_modules", "freeze", "--format", "cyclonedx"]
    first, second = (
        subprocess.run(
            [*command, str(folder)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert b"timestamp" not in first
    other = freeze("--exclude", "*-core", folder)
    assert other["serialNumber"] != json.loads(first)["serialNumber"]


@pytest.mark.parametrize("place", ["uv/litestar", "uv/saleor", "poetry/poetry"])
def test_real_lock_files_give_right_documents(place: str) -> None:
    """On the corpus too the components are exactly the manifest, and every link leads to one."""
    if place not in {f"{c.folder.parent.name}/{c.folder.name}" for c in cases()}:
        pytest.skip("the corpus is not here")
    manifest = pipeline.freeze(project.read(ROOT / place), Config(sbom=True))
    document = valid(sbom.to_cyclonedx(manifest))
    expected = [f"{d.key} {d.version}" for d in manifest.distributions]
    expected += [f"{name} None" for name in manifest.skipped]
    components = described(document)
    assert sorted(f"{name} {version}" for name, version, *_ in components) == sorted(expected)
    if place.startswith("uv/"):
        # Each is there because of another one, and each link leads to one of them.
        required = set(chain.from_iterable(links(document).values()))
        assert {purl for _, _, purl, _ in components[1:]} == required


def test_a_reader_finds_the_same(folder: Path) -> None:
    """Read back as a scanner does, every component and every link is there."""
    document = freeze(folder)
    bom: Any = Bom.from_json(document)  # type: ignore[attr-defined] # its decorator adds it
    own = bom.metadata.component
    found = [(one.name, one.version, str(one.purl)) for one in (own, *sorted(bom.components))]
    assert found == [entry[:3] for entry in described(document)]
    required = {
        one.ref.value: sorted(d.ref.value for d in one.dependencies) for one in bom.dependencies
    }
    assert required == links(document)


def test_the_library_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra there is one line that says how to install it."""
    (folder / "uv.lock").write_text(LOCK, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "cyclonedx.output.json", None)
    message = refused("freeze", "--format", "cyclonedx", folder)
    assert message.endswith('Install it with: pip install "hatch-sentry-modules[sbom]".')


def test_a_fork_is_two_components(tmp_path: Path) -> None:
    """What requires one of two versions of a name is linked to that one."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (tmp_path / "uv.lock").write_text(FORKED, encoding="utf-8")
    document = freeze(tmp_path)
    assert links(document)["pkg:pypi/acme-app@4.2.0"] == [
        "pkg:pypi/flask@2.3.3",
        "pkg:pypi/flask@3.1.3",
        "pkg:pypi/old@1.0",
    ]
    assert links(document)["pkg:pypi/old@1.0"] == ["pkg:pypi/flask@2.3.3"]


@pytest.mark.parametrize("backend", [pytest.param("hatchling", marks=TAKES_SBOM), "flit-core"])
def test_a_wheel_holds_it_from_the_tree_and_from_the_sdist(backend: str, tmp_path: Path) -> None:
    """Both hatchling and the wrapper put it where PEP 770 says; an sdist without lock file does."""
    tree = projects.lay_out(tmp_path / "p", backend, "sbom = true\n")
    environment = {"SOURCE_DATE_EPOCH": EPOCH}
    wheel = build(tree, "wheel", tmp_path / "wheel", environment=environment)
    sdist = build(tree, "sdist", tmp_path / "sdist", environment=environment)
    unpacked = projects.unpack(sdist, tmp_path / "unpacked")
    (unpacked / "uv.lock").unlink(missing_ok=True)
    again = build(unpacked, "wheel", tmp_path / "again", environment=environment)
    for archive in (wheel, again):
        archives.check_record(archive)
        assert [name for name in archives.members(archive) if name.endswith(".json")] == [PLACE]
    with ZipFile(wheel) as file, ZipFile(again) as from_sdist:
        text = file.read(PLACE)
        assert from_sdist.read(PLACE) == text
    names = [name for name, *_ in described(valid(text.decode()))]
    assert names == ["acme-app", "colorama", "packaging"]


def test_a_backend_that_cannot_take_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wheel is built with its module, and a warning names the option."""
    tree = projects.lay_out(tmp_path / "p", "setuptools", "sbom = true\n")
    wheel = build(tree, "wheel", tmp_path / "wheel")
    assert archives.module(wheel) == projects.MODULE
    assert "tool.sentry-modules.sbom: this backend cannot" in capsys.readouterr().out


def test_an_artifact_is_told_to_scanners(folder: Path) -> None:
    """A generated module in it says the same as the lock file, markers and all."""
    app = folder / "app"
    app.mkdir()
    assert run("freeze", folder, "-o", app / "_sentry_modules.py").exit_code == 0
    result = run("inspect", "--format", "cyclonedx", app)
    assert result.exit_code == 0, result.output
    document = valid(result.stdout)
    frozen = freeze(folder)
    assert [entry[:3] for entry in described(document)] == [
        entry[:3] for entry in described(frozen)
    ]
    marker = {"sentry-modules:marker": 'sys_platform == "win32"'}
    assert [entry[3] for entry in described(document) if entry[0] == "colorama"] == [marker]
    assert "dependencies" not in document
    pins = run("inspect", "--format", "requirements", app).stdout
    assert pins == 'colorama==0.4.6 ; sys_platform == "win32"\nflask==3.1.3\n'


def test_the_metadata_in_an_artifact_is_told_to_scanners(tmp_path: Path) -> None:
    """Without a manifest it is what its metadata says, and without metadata there is one line."""
    assert refused("inspect", "--format", "cyclonedx", tmp_path)
    (tmp_path / "greet-1.2.dist-info").mkdir()
    metadata = tmp_path / "greet-1.2.dist-info" / "METADATA"
    metadata.write_text("Name: Greet\nVersion: 1.2\n", encoding="utf-8")
    document = valid(run("inspect", "--format", "cyclonedx", tmp_path).stdout)
    assert described(document) == [("greet", "1.2", "pkg:pypi/greet@1.2", {})]
    assert run("inspect", "--format", "requirements", tmp_path).stdout == "greet==1.2\n"


@pytest.mark.slow
def test_pip_audit_takes_the_pins(folder: Path) -> None:
    """It reads the file as it is, markers included, and asks nobody in a dry run."""
    file = folder / "pins.txt"
    assert run("freeze", "--format", "requirements", folder, "-o", file).exit_code == 0
    options = ("--dry-run", "--no-deps", "--disable-pip", "-r", file)
    done = subprocess.run(
        [kept_python("pip-audit", "pip-audit==2.10.1"), "-m", "pip_audit", *options],
        check=True,
        capture_output=True,
        text=True,
    )
    count = 2 if sys.platform == "win32" else 1
    assert f"would have audited {count} packages" in done.stderr
