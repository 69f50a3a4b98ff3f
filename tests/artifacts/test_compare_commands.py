"""``sentry-modules diff`` and ``verify`` on artifacts, lock files and generated modules."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.artifacts import bundled
from tests.command_line import LOCK, PYPROJECT, refused, run


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Write an application's directory."""
    return bundled.application(tmp_path / "app")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write a project whose lock file says what the application's manifest says."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "uv.lock").write_text(LOCK, encoding="utf-8")
    return folder


def lower(project: Path) -> None:
    """Put an older version into the lock file, and take one out of the conditional ones."""
    path = project / "uv.lock"
    text = path.read_text(encoding="utf-8").replace("3.1.3", "3.0.9")
    text = text.replace("marker = \"sys_platform == 'win32'\"", "marker = \"os_name == 'nt'\"")
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("side", ["project", "lock", "module", "zipapp", "wheel"])
def test_any_two_can_be_compared(side: str, app: Path, project: Path, tmp_path: Path) -> None:
    """Each kind of side agrees with the others where they say the same."""
    other = {
        "project": lambda: project,
        "lock": lambda: project / "uv.lock",
        "module": lambda: app / "acme_app" / "_sentry_modules.py",
        "zipapp": lambda: bundled.make_zipapp(app, tmp_path / "app.pyz"),
        "wheel": lambda: bundled.make_wheel(tmp_path / "acme.whl"),
    }[side]()
    for sides in ((app, other), (other, app)):
        result = run("diff", "--exit-code", *sides)
        # The lock file knows nothing of the one that the build skipped.
        expected = "acme-core" if side in {"project", "lock"} else "no difference"
        assert expected in result.stdout, result.output
        assert result.stdout.count("\n") == (4 if expected == "acme-core" else 3)
        assert result.exit_code == (expected == "acme-core")


def test_the_table_and_the_markdown(app: Path, project: Path) -> None:
    """A lower version is a downgrade, and another condition is a change."""
    lower(project)
    result = run("diff", app, project)
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.stdout.splitlines()[3:]] == [
        ["acme-core", "removed"],
        ["colorama", "changed"],
        ["flask", "downgraded"],
    ]
    assert '; sys_platform == "win32"' in result.stdout
    markdown = run("diff", "--format", "markdown", app, project).stdout
    assert "| flask | downgraded | 3.1.3 | 3.0.9 |" in markdown.splitlines()


def test_the_json_documents_are_the_documented_ones(app: Path, project: Path) -> None:
    """All keys are named in the documentation, and both commands say the same."""
    lower(project)
    difference = json.loads(run("diff", "--format", "json", app, project).stdout)
    verified = json.loads(run("verify", "--format", "json", app, "--against", project).stdout)
    assert difference["changes"] == verified["changes"]
    assert verified["agrees"] is False
    assert difference["old"] == {"name": "app", "origin": "manifest acme_app/_sentry_modules.py"}
    flask = next(change for change in difference["changes"] if change["name"] == "flask")
    assert flask == {
        "name": "flask",
        "change": "downgraded",
        "old": [{"version": "3.1.3", "marker": ""}],
        "new": [{"version": "3.0.9", "marker": ""}],
    }
    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    keys = {**difference, **verified, **flask, **flask["old"][0]}
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_verify_agrees(app: Path) -> None:
    """What is conditional or was skipped need not be there."""
    result = run("verify", app)
    assert result.exit_code == 0, result.output
    assert "agrees with metadata in it" in result.stdout


def test_verify_names_each_difference(app: Path) -> None:
    """Another version, one that is missing and one that is more end with status 1."""
    module = app / "acme_app" / "_sentry_modules.py"
    text = bundled.MODULE.replace("3.1.3", "3.1.2").replace(
        '"flask"', '"blinker": "1.9",\n    "flask"'
    )
    module.write_text(text, encoding="utf-8")
    more = app / "click-8.0.dist-info"
    more.mkdir()
    (more / "METADATA").write_text("Name: click\nVersion: 8.0\n", encoding="utf-8")
    result = run("verify", app)
    assert result.exit_code == 1
    assert [line.split()[:2] for line in result.stdout.splitlines()[2:]] == [
        ["blinker", "removed"],
        ["click", "added"],
        ["flask", "upgraded"],
    ]


@pytest.mark.parametrize("where", ["pyvenv.cfg", "lib/site-packages"])
def test_verify_passes_over_what_installs(tmp_path: Path, where: str) -> None:
    """An environment, and what is only a part of one or around it, hold pip besides."""
    top = bundled.application(tmp_path / "top")
    (top / where).parent.mkdir(parents=True, exist_ok=True)
    (top / where).touch()
    more = top / "pip-24.0.dist-info"
    more.mkdir()
    (more / "METADATA").write_text("Name: pip\nVersion: 24.0\n", encoding="utf-8")
    assert run("verify", top).exit_code == 0
    (more / "METADATA").write_text("Name: pips\nVersion: 24.0\n", encoding="utf-8")
    assert run("verify", top).exit_code == 1


def test_verify_against_what_holds_metadata_alone(app: Path, tmp_path: Path) -> None:
    """It is as if the manifest lay in it: what is for other platforms is missing there."""
    other = bundled.application(tmp_path / "other", module=False)
    assert run("verify", app, "--against", other).exit_code == 0
    (other / "flask-3.1.3.dist-info" / "METADATA").unlink()
    assert "flask  removed" in run("verify", app, "--against", other).stdout


@pytest.mark.parametrize("command", ["diff", "verify"])
def test_a_lock_file_alone_does_not_lack_its_project(
    command: str, project: Path, app: Path, tmp_path: Path
) -> None:
    """Only the project's own file says what its name and version are."""
    (tmp_path / "old").mkdir()
    lock = tmp_path / "old" / "uv.lock"
    lock.write_text((project / "uv.lock").read_text(encoding="utf-8"), encoding="utf-8")
    if command == "diff":
        assert "no difference" in run("diff", lock, project / "uv.lock").stdout
        assert "no difference" in run("diff", project, lock).stdout
    else:
        shown = run("verify", app, "--against", lock).stdout
        assert [line.split()[0] for line in shown.splitlines()[2:]] == ["acme-core"]


def test_verify_a_wheel_by_what_it_holds(tmp_path: Path) -> None:
    """A wheel holds the metadata of the project alone, and that is compared."""
    assert run("verify", bundled.make_wheel(tmp_path / "acme.whl")).exit_code == 0


def test_bad_input(app: Path, tmp_path: Path) -> None:
    """What lists nothing, or holds nothing to compare with, is status 2 and one line."""
    bare = bundled.application(tmp_path / "bare", metadata=False)
    assert "it holds no metadata of any distribution. Compare it with" in refused("verify", bare)
    none = bundled.application(tmp_path / "none", module=False)
    assert "it holds no manifest" in refused("verify", none)
    script = tmp_path / "script.py"
    script.write_text("print()\n", encoding="utf-8")
    assert refused("diff", app, script).startswith("script.py: ")


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
def test_an_escape_code_in_the_name_of_a_module_is_not_printed(tmp_path: Path) -> None:
    """A warning names the file."""
    path = tmp_path / "\x1b]0;evil\x07.py"
    text = bundled.MODULE.replace('"sentry-modules": 1', '"sentry-modules": 2')
    path.write_text(text, encoding="ascii")
    result = run("diff", path, path)
    assert "Its format is 2" in result.stderr
    assert "\x1b" not in result.output


NOT_KNOWN = "not all of it can be read, so whether the manifest agrees is not known"


def spoiled(text: str) -> str:
    """Take the version of one distribution in a generated module away."""
    return text.replace('"flask": "3.1.3"', '"flask": "3.1.3", "urllib3": "no version"')


def test_verify_does_not_agree_with_what_it_cannot_read(app: Path, tmp_path: Path) -> None:
    """An entry without a version, in either manifest, or another manifest that is damaged."""
    other = bundled.application(tmp_path / "other")
    module = other / "acme_app" / "_sentry_modules.py"
    module.write_text(spoiled(bundled.MODULE), encoding="utf-8")
    (tmp_path / "third").mkdir()
    third = bundled.application(tmp_path / "third" / "app")
    (third / "library").mkdir()
    (third / "library" / "_sentry_modules.py").write_text("MANIFEST = 1\n", encoding="utf-8")
    for sides in ((other,), (other, "--against", app), (app, "--against", module), (third,)):
        result = run("verify", *sides)
        assert result.exit_code == 2
        assert NOT_KNOWN in result.stderr


@pytest.mark.parametrize("name", ["li\nb", f"{'a' * 250}/" * 4])
def test_verify_reads_or_names_metadata_at_odd_places(name: str, tmp_path: Path) -> None:
    """What does not fit the manifest is never passed over in silence."""
    path = bundled.make_zipapp(bundled.application(tmp_path / "app"), tmp_path / "app.pyz")
    with ZipFile(path, "a") as file:
        metadata = "Metadata-Version: 2.1\nName: other\nVersion: 2\n"
        file.writestr(f"{name}/lib/site-packages/other-2.dist-info/METADATA", metadata)
    result = run("verify", path)
    assert result.exit_code in {1, 2}
    assert "other" in result.output or "has a longer name than is read" in result.output


def test_verify_names_what_tar_stores_in_another_way(tmp_path: Path) -> None:
    """GNU tar leaves holes out of a file, and this reader does not fill them."""
    folder = bundled.application(tmp_path / "app")
    with tarfile.open(tmp_path / "app.tar", "w", format=tarfile.GNU_FORMAT) as file:
        file.add(folder, "app")
        member = tarfile.TarInfo("app/other-2.dist-info/METADATA")
        member.type = tarfile.GNUTYPE_SPARSE
        file.addfile(member)
    assert "METADATA: is of a kind that is not read" in run("inspect", tmp_path / "app.tar").stderr
    assert run("verify", tmp_path / "app.tar").exit_code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_in_place_of_a_module_is_refused(tmp_path: Path) -> None:
    """To open it would wait for who writes to it."""
    os.mkfifo(tmp_path / "m.py")
    assert "m.py: is not a regular file" in refused("diff", tmp_path / "m.py", tmp_path / "m.py")
