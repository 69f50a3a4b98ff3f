"""What a person sees: tables, colour, a progress bar, completion; and what a pipe gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.artifacts import bundled
from tests.command_line import run

if os.name == "nt":
    pytest.skip("there is no such terminal", allow_module_level=True)

from tests.artifacts.terminal import run_on_terminal

RULE = "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * 8
"""What rich draws below the headings of a table."""

ESCAPE = "\x1b["


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Write an application's directory."""
    return bundled.application(tmp_path / "app")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Write another release of it."""
    folder = bundled.application(tmp_path / "other")
    module = folder / "acme_app" / "_sentry_modules.py"
    module.write_text(bundled.MODULE.replace("3.1.3", "3.0.9"), encoding="utf-8")
    return folder


def test_inspect_shows_a_table(app: Path) -> None:
    """There are headings with a rule below them, in colour, and every value whole."""
    shown = run_on_terminal("inspect", app)
    assert shown.status == 0
    assert RULE in shown.text
    assert ESCAPE in shown.text
    for text in ("acme-app", "3.1.3", 'sys_platform == "win32"'):
        assert text in shown.text
    assert RULE not in run("inspect", app).stdout


def test_no_color_is_heeded(app: Path) -> None:
    """With ``NO_COLOR`` the table stays and the colour does not; https://no-color.org/."""
    text = run_on_terminal("inspect", app, more={"NO_COLOR": "1"}).text
    assert RULE in text
    assert "\x1b[3" not in text


@pytest.mark.parametrize("command", ["diff", "verify"])
def test_differences_are_a_table(command: str, app: Path, other: Path) -> None:
    """Both commands show them in the same way, and the status is that of a pipe."""
    arguments = ("--exit-code", app, other) if command == "diff" else (app, "--against", other)
    shown = run_on_terminal(command, *arguments)
    assert shown.status == 1
    assert RULE in shown.text
    (line,) = [line for line in shown.text.splitlines() if "downgraded" in line]
    assert line.split() == ["flask", "downgraded", "3.1.3", "3.0.9"]


def test_json_is_the_same_on_a_terminal(app: Path) -> None:
    """Whoever asks for JSON gets nothing else."""
    shown = run_on_terminal("inspect", "--format", "json", app)
    assert json.loads(shown.text) == json.loads(run("inspect", "--format", "json", app).stdout)


def test_work_that_takes_long_shows_a_bar(app: Path, tmp_path: Path) -> None:
    """It names the file, is gone at the end, and nothing of it is in a pipe."""
    (tmp_path / "sitecustomize.py").write_text(
        "from hatch_sentry_modules.cli import progress\nprogress.PATIENCE = 0\n", encoding="utf-8"
    )
    text = run_on_terminal("inspect", app, more={"PYTHONPATH": str(tmp_path)}).text
    assert "reading app" in text
    assert text.rindex(f"{ESCAPE}2K") > text.rindex("reading app")
    result = run("inspect", app)
    assert "reading app" not in result.stdout + result.stderr


def test_short_work_shows_no_bar(app: Path) -> None:
    """What is done within a second does not flicker."""
    assert "reading app" not in run_on_terminal("inspect", app).text


def test_a_terminal_without_rich(app: Path, tmp_path: Path) -> None:
    """Where only a pipe worked, a terminal says what is missing."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.modules['rich'] = None\n", encoding="utf-8"
    )
    shown = run_on_terminal("inspect", app, more={"PYTHONPATH": str(tmp_path)})
    assert shown.status == 2
    assert "Traceback" not in shown.text
    assert 'pip install "hatch-sentry-modules[cli]"' in shown.text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    """Each shell is given its script, and with that it is offered commands and options."""
    variable = {"_SENTRY_MODULES_COMPLETE": f"{shell}_source"}
    assert "_SENTRY_MODULES_COMPLETE=" in complete(variable)
    words = {
        "_SENTRY_MODULES_COMPLETE": f"{shell}_complete",
        "COMP_CWORD": "in" if shell == "fish" else "1",
    }
    offered = complete({**words, "COMP_WORDS": "sentry-modules in"})
    assert "inspect" in offered
    assert "inject" in offered
    assert "freeze" not in offered
    words["COMP_CWORD"] = "--" if shell == "fish" else "2"
    assert "--activate" in complete({**words, "COMP_WORDS": "sentry-modules inject --"})


def complete(more: dict[str, str]) -> str:
    """Return what the command line prints to a shell that completes."""
    command = [sys.executable, "-m", "hatch_sentry_modules"]
    done = subprocess.run(
        command, env={**os.environ, **more}, capture_output=True, text=True, check=True
    )
    return done.stdout
