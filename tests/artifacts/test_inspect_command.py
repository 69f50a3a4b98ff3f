"""``sentry-modules inspect``: its output in a pipe, as JSON, and for bad input."""

from __future__ import annotations

import json
import marshal
from pathlib import Path

from tests.artifacts import bundled
from tests.command_line import refused, run


def test_the_text_in_a_pipe(tmp_path: Path) -> None:
    """Plain columns, in a stable order."""
    app = bundled.make_zipapp(bundled.application(tmp_path / "app"), tmp_path / "app.pyz")
    result = run("inspect", app)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "app.pyz: zipapp",
        "manifest acme_app/_sentry_modules.py: project acme-app, from uv.lock, format 1",
        "name      version  condition",
        "acme-app  4.2.0",
        'colorama  0.4.6    sys_platform == "win32"',
        "flask     3.1.3",
        "skipped acme-core: the lock file holds no version for a dynamic source",
    ]


def test_without_a_manifest_the_metadata_is_marked_as_such(tmp_path: Path) -> None:
    """What the artifact itself says is no manifest, and nothing at all is said, too."""
    app = bundled.application(tmp_path / "app", module=False)
    lines = run("inspect", app).stdout.splitlines()
    assert lines[:3] == [
        "app: directory",
        "no manifest; what the metadata in it says:",
        "name      version",
    ]
    bare = bundled.application(tmp_path / "bare", module=False, metadata=False)
    assert "no manifest, and no metadata" in run("inspect", bare).stdout


def test_a_table_of_contents_is_marked_as_such(tmp_path: Path) -> None:
    """Where a program holds neither, its import packages are told, without versions."""
    modules = ("json", "flask", "flask.app", "six")
    listed = marshal.dumps([(name, (0, 17, size)) for size, name in enumerate(modules)])
    lines = run("inspect", bundled.make_program(tmp_path / "app", listed)).stdout.splitlines()
    assert lines == [
        "app: PyInstaller executable",
        "no manifest, and no metadata of any distribution",
        "import packages in its table of contents, without versions:",
        "flask",
        "six",
    ]


def test_the_json_document_is_the_documented_one(tmp_path: Path) -> None:
    """All keys are there, and each is named in the documentation."""
    app = bundled.application(tmp_path / "app")
    document = json.loads(run("inspect", "--json", app).stdout)
    (manifest,) = document["manifests"]
    assert manifest["modules"] == bundled.HELD
    assert manifest["conditional"] == [
        {"name": "colorama", "version": "0.4.6", "condition": 'sys_platform == "win32"'}
    ]
    assert [held["name"] for held in document["held"]] == ["acme-app", "flask"]
    documentation = Path(__file__).parents[2] / "docs" / "json.md"
    text = documentation.read_text(encoding="utf-8")
    assert [key for key in {**document, **manifest} if f"`{key}`" not in text] == []


def test_bad_input(tmp_path: Path) -> None:
    """What is no artifact ends with status 2 and one line."""
    path = tmp_path / "notes.txt"
    path.write_text("not an artifact\n", encoding="utf-8")
    assert refused("inspect", path).startswith("notes.txt: is no archive")
