"""PyInstaller as people use it: own run-time hooks, and options that move files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.bundles.pages import ASKED_PYINSTALLER, PRINTING, Workplace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("pyinstaller options"),
    pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell"),
]

APP = f"import flask\n{PRINTING}sentry_sdk.capture_message('app')\n"
HOOK = f"{PRINTING}try:\n    1 / 0\nexcept ZeroDivisionError:\n    sentry_sdk.capture_exception()\n"

OPTIONS = "--debug noarchive --runtime-hook hook.py --collect-all flask --copy-metadata click"
CONTENTS = "."
if not ASKED_PYINSTALLER.startswith("5."):
    OPTIONS, CONTENTS = f"{OPTIONS} --contents-directory inside", "inside"
    if not ASKED_PYINSTALLER.startswith("6.0."):
        OPTIONS = f"{OPTIONS} --optimize 2"

FLASK = {"flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "blinker", "click"}
SDK = {"sentry-sdk", "sentry-modules", "certifi", "urllib3"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Install what is bundled, and write the programs."""
    place = Workplace(tmp_path_factory.mktemp("pyinstaller_options"))
    place.run("pip install --quiet flask sentry-sdk pyinstaller hatch-sentry-modules")
    files = {"app.py": APP, "hook.py": HOOK}
    for name, text in files.items():
        (place.folder / name).write_text(text, encoding="utf-8")
    return place


def events(place: Workplace, program: str) -> list[dict[str, str]]:
    """Run a program, and return the modules of each event."""
    lines = place.run(program).splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_an_error_in_an_own_runtime_hook_carries_the_list(place: Workplace) -> None:
    """The list is in place before the application's hooks run, wherever the files lie."""
    place.run(f"pyinstaller --noconfirm --log-level WARN {OPTIONS} app.py")
    first, second = events(place, "dist/app/app")
    assert first == second
    assert {*FLASK, *SDK} <= {name.lower() for name in first}
    assert Path(place.folder, "dist/app", CONTENTS, "_sentry_modules.py").is_file()
    log = place.run(f"pyinstaller --noconfirm {OPTIONS} app.py")
    assert "Building because" not in log, "nothing changed, and all is made anew"


def test_a_module_of_the_program_is_not_run(place: Workplace) -> None:
    """Nothing of the program's imports it, so nothing of ours does."""
    folder = place.folder / "own"
    folder.mkdir()
    (folder / "own.py").write_text("import sentry_sdk\nprint('it starts')\n", encoding="utf-8")
    (folder / "_sentry_modules.py").write_text("raise SystemExit('hand-written')\n", "utf-8")
    log = place.run("pyinstaller --noconfirm --log-level WARN own/own.py 2>&1")
    assert "no manifest is built in, since _sentry_modules.py is a file of the program" in log
    assert place.run("dist/own/own").strip() == "it starts"


def test_a_changed_exclude_is_seen_by_the_next_build(place: Workplace) -> None:
    """PyInstaller keeps its analysis as long as no file has changed that it knows of."""
    folder = place.folder / "again"
    folder.mkdir()
    (folder / "again.py").write_text(APP, encoding="utf-8")
    for pattern, left in (("nothing-of-it", FLASK), ("flask", FLASK - {"flask"})):
        text = f"[tool.sentry-modules]\nexclude = ['{pattern}']\n"
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
        build = "cd again; pyinstaller --noconfirm again.py"
        assert ("Building because" in place.run(build)) is (pattern == "flask")
        (event,) = events(place, "again/dist/again/again")
        assert {name.lower() for name in event} & FLASK == left
        assert "Building because" not in place.run(build)


PROJECT = """
[build-system]
requires = ["hatchling", "hatch-sentry-modules"]
build-backend = "hatchling.build"

[project]
name = "till"
version = "1.0"
dependencies = ["flask", "sentry-sdk"]

[tool.hatch.build.targets.wheel]
only-include = ["{file}"]

[tool.hatch.build.hooks.sentry-modules]

[tool.sentry-modules]
exclude = ["flask"]
"""


@pytest.mark.parametrize("file", ["till.py", "acme/till.py"])
def test_the_manifest_of_the_application_is_used(place: Workplace, file: str) -> None:
    """Its own lies beside a single module, or in a namespace package, and says what to exclude."""
    folder = place.folder / "till"
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(APP, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT.format(file=file), encoding="utf-8")
    versions = place.run("pip freeze --exclude hatch-sentry-modules --exclude till")
    (folder / "requirements.txt").write_text(versions, encoding="utf-8")
    place.run("pip install --quiet --force-reinstall --no-deps ./till")
    module = file.removesuffix(".py").replace("/", ".")
    (place.folder / "sell.py").write_text(f"import {module}\n", encoding="utf-8")
    place.run("pyinstaller --noconfirm --log-level WARN sell.py")
    (event,) = events(place, "dist/sell/sell")
    # The run-time package is none of its requirements, and so not in its list.
    assert {*FLASK, *SDK, "till"} - {n.lower() for n in event} == {"flask", "sentry-modules"}
