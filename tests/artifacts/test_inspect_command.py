"""``sentry-modules inspect``: its output in a pipe, as JSON, and for bad input."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from hatch_sentry_modules.sbom import MOST_COMPONENTS
from tests.artifacts import bundled
from tests.command_line import refused, run


def test_the_text_in_a_pipe(tmp_path: Path) -> None:
    """Plain columns, in a stable order."""
    app = bundled.make_zipapp(bundled.application(tmp_path / "app"), tmp_path / "app.pyz")
    result = run("inspect", app)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "app.pyz: zipapp",
        "manifest acme_app/_sentry_modules.py: project acme-app, from uv.lock",
        "name      version  marker",
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


def test_the_json_document_is_the_manifest_s_own(tmp_path: Path) -> None:
    """Of one manifest it is the document that the constant holds, to the byte."""
    app = bundled.application(tmp_path / "app")
    constant = bundled.MODULE.split('"""')[1]
    assert run("inspect", "--format", "json", app).stdout == f"{constant}\n"


def test_the_json_document_of_anything_else(tmp_path: Path) -> None:
    """Of several manifests, or none, it is all that is known, and every key is documented."""
    app = bundled.application(tmp_path / "app")
    own = json.loads(bundled.MODULE.split('"""')[1])
    other = bundled.MODULE.replace("3.1.3", "3.1.2")
    (app / "_sentry_modules.py").write_text(other, encoding="ascii")
    document = json.loads(run("inspect", "--format", "json", app).stdout)
    first, second = document["manifests"]
    assert first["document"]["modules"]["flask"] == "3.1.2"
    assert second == {"place": "acme_app/_sentry_modules.py", "document": own, "faults": []}
    assert [held["name"] for held in document["metadata"]] == ["acme-app", "flask"]
    documentation = Path(__file__).parents[2] / "docs" / "json.md"
    text = documentation.read_text(encoding="utf-8")
    assert [key for key in {**document, **first} if f"`{key}`" not in text] == []
    bare = bundled.application(tmp_path / "bare", module=False)
    assert json.loads(run("inspect", "--format", "json", bare).stdout)["manifests"] == []


def test_what_has_no_pin_is_said(tmp_path: Path) -> None:
    """A list for a scanner is not all that there is without it."""
    app = bundled.application(tmp_path / "app")
    result = run("inspect", "--format", "requirements", app)
    assert "1 distribution is on no event" in result.stderr
    assert "acme-core (the lock file holds no version" in result.stderr


def test_pins_are_never_contradictory(tmp_path: Path) -> None:
    """Pip refuses two pins of a name that both hold, so neither is printed, and that is said."""
    app = bundled.application(tmp_path / "app")
    path = app / "acme_app" / "_sentry_modules.py"
    twice = '{"name": "six", "version": "%s", "marker": "python_version >= \'%s\'"}'
    pairs = ",\n  ".join(
        [twice % ("1.16", "3"), twice % ("1.17", "3.1"), twice % ("9", "99")]
        + [f'{{"name": "Flask", "version": "{v}", "marker": "os_name == \'x\'"}}' for v in "12"]
    )
    text = bundled.MODULE.replace('"conditional": [\n', f'"conditional": [\n  {pairs},\n')
    path.write_text(text, encoding="ascii")
    result = run("inspect", "--format", "requirements", app)
    assert "warning: six is left out" in result.stderr
    pins = [Requirement(line) for line in result.stdout.splitlines()]
    applying = [pin.name for pin in pins if pin.marker is None or pin.marker.evaluate()]
    assert sorted(applying) == ["flask"]
    (tmp_path / "pins.txt").write_text(result.stdout, encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-index"]
    pip = subprocess.run(
        [*command, "-r", tmp_path / "pins.txt"], capture_output=True, text=True, check=False
    )
    assert "Double requirement" not in pip.stderr
    assert "No matching distribution found for flask==3.1.3" in pip.stderr


def test_an_sbom_of_more_than_can_be_written_in_time(tmp_path: Path) -> None:
    """The library takes milliseconds for each component; the pins are printed all the same."""
    most = MOST_COMPONENTS
    app = bundled.application(tmp_path / "app", metadata=False)
    listed = ",\n  ".join(f'"d{number}": "1"' for number in range(most + 1))
    text = bundled.MODULE.replace('"modules": {', f'"modules": {{\n  {listed},', 1)
    (app / "acme_app" / "_sentry_modules.py").write_text(text, encoding="ascii")
    said = refused("inspect", "--format", "cyclonedx", app)
    assert f"SBOM: more than {most} names take too long. Leave the SBOM out." in said
    pins = run("inspect", "--format", "requirements", app).stdout
    assert len(pins.splitlines()) > most


def test_bad_input(tmp_path: Path) -> None:
    """What is no artifact ends with status 2 and one line."""
    path = tmp_path / "notes.txt"
    path.write_text("not an artifact\n", encoding="utf-8")
    assert refused("inspect", path).startswith("notes.txt: is no archive")


@pytest.mark.parametrize("encoding", ["cp437", "latin-1"])
def test_letters_that_an_encoding_does_not_have(tmp_path: Path, encoding: str) -> None:
    """A marker may compare with any text; it is written with escapes where it cannot be shown."""
    marker = r"platform_version == '\u00e9\u20ac'"
    text = bundled.MODULE.replace("sys_platform == 'win32'", marker)
    (tmp_path / "_sentry_modules.py").write_text(text, encoding="utf-8")
    program = [sys.executable, "-m", "hatch_sentry_modules", "inspect", str(tmp_path)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(program, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u20ac" in done.stdout
