"""The command line: what it prints, and one line with status 2 for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_sentry_modules.render import HEADER
from tests.command_line import LOCK, PYPROJECT, refused, run
from tests.environments import LINUX_311, WINDOWS_310, execute, listed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a small project with its lock file."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (tmp_path / "uv.lock").write_text(LOCK, encoding="utf-8")
    return tmp_path


def freeze_json(*arguments: str | Path) -> dict[str, object]:
    """Freeze as JSON."""
    result = run("freeze", "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_freeze_prints_the_module_that_a_build_would_hold(folder: Path) -> None:
    """The default is the universal module, which each environment executes for itself."""
    text = run("freeze", folder).stdout
    modules = {"acme-app": "4.2.0", "flask": "3.1.3"}
    assert listed(execute(text, LINUX_311)) == modules
    assert listed(execute(text, WINDOWS_310)) == {**modules, "colorama": "0.4.6"}


def test_an_environment_gives_a_concrete_list(folder: Path, tmp_path: Path) -> None:
    """With --environment nothing is conditional."""
    file = tmp_path / "environment.json"
    file.write_text(json.dumps({**LINUX_311, "sys_platform": "win32"}), encoding="utf-8")
    document = freeze_json("--environment", file, folder)
    assert document["modules"] == {"acme-app": "4.2.0", "colorama": "0.4.6", "flask": "3.1.3"}
    assert document["conditional"] == []


def test_extras_and_groups_add_to_the_runtime_set(folder: Path) -> None:
    """Neither is part of the runtime set unless it is asked for."""
    assert freeze_json(folder)["modules"] == {"acme-app": "4.2.0", "flask": "3.1.3"}
    added = freeze_json("--extra", "tracing", "--group", "dev", folder)["modules"]
    assert added == {"acme-app": "4.2.0", "flask": "3.1.3", "pytest": "9.0.0", "tracer": "1.0.0"}


def test_only_group_leaves_out_the_runtime_set(folder: Path) -> None:
    """A group alone is what a test image installs."""
    assert freeze_json("--only-group", "dev", folder)["modules"] == {
        "acme-app": "4.2.0",
        "pytest": "9.0.0",
    }


def test_an_extra_is_of_the_runtime_set(folder: Path) -> None:
    """Without that set it would be left out in silence."""
    assert (
        "exclude each other" in run("freeze", "--only-group", "dev", "--extra", "x", folder).output
    )


@pytest.mark.parametrize("pattern", ["", "a" * 257])
def test_a_pattern_that_the_configuration_would_refuse(folder: Path, pattern: str) -> None:
    """The document that it would stand in is one that no reader takes whole."""
    result = run("freeze", "--exclude", pattern, folder)
    assert result.exit_code == 2
    assert "Invalid value for '--exclude'" in result.stderr


def test_exclude_leaves_names_out(folder: Path) -> None:
    """Private distributions stay out of what is sent."""
    assert freeze_json("--exclude", "acme-*", folder)["modules"] == {"flask": "3.1.3"}


def test_output_replaces_a_file_whole(folder: Path, tmp_path: Path) -> None:
    """The file holds what would have been printed, and nothing else is left in the folder."""
    output = tmp_path / "made" / "_sentry_modules.py"
    output.parent.mkdir()
    output.write_text(f"{HEADER}old", encoding="utf-8")
    assert run("freeze", "-o", output, folder).exit_code == 0
    assert output.read_text(encoding="utf-8") == run("freeze", folder).stdout
    assert list(output.parent.iterdir()) == [output]


def test_bad_input_leaves_the_old_file(folder: Path, tmp_path: Path) -> None:
    """When there is nothing right to write, nothing is written."""
    output = tmp_path / "_sentry_modules.py"
    output.write_text(f"{HEADER}old", encoding="utf-8")
    (folder / "uv.lock").write_text("version = 99", encoding="utf-8")
    assert refused("freeze", "-o", output, folder).startswith("uv.lock: ")
    assert output.read_text(encoding="utf-8") == f"{HEADER}old"


def test_what_somebody_wrote_is_not_replaced(folder: Path) -> None:
    """A hand-written module, or the lock file itself; an empty file and other forms are free."""
    for name in ("_sentry_modules.py", "uv.lock"):
        output = folder / name
        output.write_text(LOCK, encoding="utf-8")
        message = refused("freeze", "-o", output, folder)
        assert message.startswith(f"{name}: is there already, and no generated module. Choose")
        assert output.read_text(encoding="utf-8") == LOCK
    (folder / "_sentry_modules.py").write_text("", encoding="utf-8")
    assert run("freeze", "-o", folder / "_sentry_modules.py", folder).exit_code == 0
    (folder / "pins.txt").write_text("flask==1\n", encoding="utf-8")
    run("freeze", "--format", "requirements", "-o", folder / "pins.txt", folder)
    assert "flask==3.1.3" in (folder / "pins.txt").read_text(encoding="utf-8")


def test_no_lock_file(folder: Path) -> None:
    """The message says what was looked for and how to make one."""
    (folder / "uv.lock").unlink()
    message = refused("freeze", folder)
    assert message.startswith("pyproject.toml: no lock file stands beside it (uv.lock, poetry.lock")
    assert "Lock the project" in message
    (folder / "requirements.txt").write_text("flask>=3\n", encoding="utf-8")
    message = refused("freeze", folder)
    assert message.startswith("requirements.txt: it does not pin every version, and no lock file")
    (folder / "pyproject.toml").unlink()
    (folder / "requirements.txt").unlink()
    message = refused("freeze", folder)
    assert message.startswith("pyproject.toml: there is none here, and no lock file either. Run it")


def test_a_dynamic_version_is_for_a_build_to_know(folder: Path) -> None:
    """Nothing has to be done about it."""
    text = PYPROJECT.replace('version = "4.2.0"', 'dynamic = ["version"]')
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    lock = LOCK.replace('name = "acme-app"\nversion = "4.2.0"\n', 'name = "acme-app"\n')
    (folder / "uv.lock").write_text(lock, encoding="utf-8")
    result = run("freeze", folder)
    assert result.stderr == (
        "warning: uv.lock: the version of acme-app is not static: a build that knows it lists it, "
        "this does not.\n"
    )


def test_a_named_source_that_is_missing(folder: Path) -> None:
    """A source that is set has to be there."""
    assert refused("freeze", "--source", "pylock.toml", folder).startswith("pylock.toml: ")


def test_a_lock_file_cut_in_half(folder: Path) -> None:
    """The message says where the file ends too soon, and how to mend it."""
    (folder / "uv.lock").write_text(LOCK[: LOCK.index("0.4.6") + 2], encoding="utf-8")
    message = refused("freeze", folder)
    assert message.startswith("uv.lock: ")
    assert "write it anew" in message


def test_an_unknown_lock_version(folder: Path) -> None:
    """A future lock file is not guessed at."""
    (folder / "uv.lock").write_text(
        LOCK.replace("version = 1\n", "version = 9\n"), encoding="utf-8"
    )
    assert refused("freeze", folder).startswith("uv.lock: version: ")


def test_an_unknown_option(folder: Path) -> None:
    """A misspelt key is named with its full path and the nearest valid one."""
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.sentry-modules]\nsorce = "uv.lock"\n')
    assert "tool.sentry-modules.sorce: unknown option, the nearest is 'source'" in refused(
        "freeze", folder
    )


def test_a_python_that_requires_python_excludes(folder: Path, tmp_path: Path) -> None:
    """A refused environment is said, where an export would print an empty list."""
    file = tmp_path / "environment.json"
    file.write_text(json.dumps(WINDOWS_310), encoding="utf-8")
    message = refused("freeze", "--environment", file, folder)
    assert "Python 3.10.1 is excluded by requires-python" in message


def test_an_environment_that_is_not_whole(folder: Path, tmp_path: Path) -> None:
    """A missing variable would silently come from this machine, so it is refused."""
    file = tmp_path / "environment.json"
    file.write_text(json.dumps({"sys_platform": "linux", "python": "3.11"}), encoding="utf-8")
    message = refused("freeze", "--environment", file, folder)
    assert message.startswith("environment.json: missing implementation_name, ")
    assert "unknown 'python'" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("implementation_version", "9" * 5000),
        ("platform_release", "9" * 5000),
        ("python_version", "3.11+"),
        ("python_full_version", "3.11.7++"),
    ],
)
def test_an_environment_that_no_machine_has(
    folder: Path, tmp_path: Path, name: str, value: str
) -> None:
    """A marker could not be judged in it: that is said, and nothing is left out for it."""
    file = tmp_path / "environment.json"
    file.write_text(json.dumps({**LINUX_311, name: value}), encoding="utf-8")
    message = refused("freeze", "--environment", file, folder)
    assert message.startswith(f"environment.json: {name}: is ")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_to_itself_is_not_written_to(folder: Path) -> None:
    """What the system calls a loop is one line."""
    (folder / "loop").symlink_to("loop")
    message = refused("freeze", "-o", folder / "loop", folder)
    assert message.startswith("loop: cannot be written (")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_pyproject_whose_link_leads_nowhere_is_no_empty_one(folder: Path) -> None:
    """Its name and its options would be missing without a word."""
    (folder / "pyproject.toml").unlink()
    (folder / "pyproject.toml").symlink_to("gone.toml")
    assert refused("freeze", folder) == (
        "pyproject.toml: is a link to nothing. Mend the link, or remove it."
    )


def test_a_source_that_names_no_place(folder: Path) -> None:
    """A variable that is not set would stand for the interpreter that runs."""
    message = refused("freeze", "--source", "installed:", folder)
    assert "'installed:' names no place" in message


def test_an_output_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    """A place that cannot be written to is named, without its folder."""
    (tmp_path / "file").touch()
    message = refused("freeze", "-o", tmp_path / "file" / "out.py", folder)
    assert message.startswith("out.py: cannot be written")


def test_a_stale_lock_is_a_warning(folder: Path) -> None:
    """What changed since the project was locked is said, and what is usable is frozen."""
    text = PYPROJECT.replace('["flask>=3"]', '["flask>=3", "celery>=5"]')
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    result = run("freeze", folder)
    assert result.exit_code == 0
    assert "warning: uv.lock: it is stale: it does not hold celery." in result.stderr


def test_a_lock_file_of_which_nothing_can_be_used(folder: Path) -> None:
    """A lock file from before the first requirement was added is no source."""
    lock = LOCK.replace('dependencies = [{ name = "flask" }]', "")
    (folder / "uv.lock").write_text(lock, encoding="utf-8")
    message = refused("freeze", folder)
    assert "it meets none of the project's requirements: it does not hold flask" in message


@pytest.mark.skipif(os.name == "nt", reason="no file is called so there")
def test_a_file_whose_name_is_more_than_a_name(tmp_path: Path) -> None:
    """What is said of it stays one line, and does nothing to a terminal."""
    path = tmp_path / "two\nlines\x1b[31m.pyz"
    path.write_bytes(b"")
    assert refused("inspect", path).startswith("two?lines?[31m.pyz: is no archive")


def test_json_is_the_documented_document(folder: Path) -> None:
    """All keys are named in the documentation."""
    text = run("freeze", "--format", "json", folder).stdout
    assert text.endswith("}\n")
    document = json.loads(text)
    text = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
    keys = {*document, *document["conditional"][0]}
    assert [key for key in keys if f"`{key}`" not in text] == []


@pytest.mark.parametrize("command", ["freeze", "inspect", "diff", "verify", "inject"])
def test_every_command_has_json_and_examples(command: str) -> None:
    """Help shows both."""
    text = run(command, "--help").stdout
    assert "--format" in text
    assert f"sentry-modules {command} " in text.partition("Examples:")[2]


def test_help_teaches() -> None:
    """Each level of help names its examples or exit statuses."""
    assert "Exit status" in run("--help").stdout
    assert "sentry-modules freeze --format json" in run("freeze", "--help").stdout


def test_it_runs_as_a_module(folder: Path) -> None:
    """The command is there without its script on the path, and says the same."""
    command = [sys.executable, "-m", "hatch_sentry_modules", "freeze", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == run("freeze", folder).stdout


def test_only_the_command_that_runs_is_imported() -> None:
    """Freezing does not wait for what looks into artifacts, nor for the SBOM."""
    program = (
        "import sys; from hatch_sentry_modules.cli.commands import commands\n"
        "commands(['freeze', '--help'], standalone_mode=False)\n"
        "print([n for n in sys.modules if n.startswith('hatch_sentry_modules.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    imported = done.stdout.decode().splitlines()[-1]
    assert "'hatch_sentry_modules.cli.freeze'" in imported
    assert "'hatch_sentry_modules.cli.inspect'" not in imported
    assert "'hatch_sentry_modules.artifacts.inspection'" not in imported
    assert "'hatch_sentry_modules.sbom'" not in imported


@pytest.mark.parametrize("library", ["click", "rich"])
def test_the_missing_extra_is_named(library: str, tmp_path: Path) -> None:
    """Without click or rich there is one line that says how to install them."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys; sys.modules[{library!r}] = None\n", encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "hatch_sentry_modules", "inspect", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if library == "click":
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert 'pip install "hatch-sentry-modules[cli]"' in done.stderr
    else:  # a pipe needs no tables
        assert done.returncode == 0


def test_a_marker_that_the_pipe_has_no_letters_for(folder: Path) -> None:
    """What is printed is UTF-8 in every locale, as what is written to a file is."""
    lock = LOCK.replace("'win32'", "'\N{SNOWMAN}'")
    (folder / "uv.lock").write_text(lock, encoding="utf-8")
    command = [sys.executable, "-m", "hatch_sentry_modules", "freeze", str(folder)]
    printed = subprocess.run(
        [*command, "--format", "requirements"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        check=True,
        capture_output=True,
    ).stdout
    assert printed.splitlines()[0].decode("utf-8") == (
        'colorama==0.4.6 ; sys_platform == "\N{SNOWMAN}"'
    )
