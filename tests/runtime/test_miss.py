"""A manifest that is not found: one warning where nothing makes up for it, and never more."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.application import (
    RUNTIME,
    manifest_text,
    pip_install,
    report,
    sdk,
    write_files,
    write_wheel,
)

START = """
import json, logging, sys
records = []
class Handler(logging.Handler):
    def emit(self, record):
        records.append([record.name, record.levelname, record.getMessage()])
        {more}
logging.getLogger().addHandler(Handler())
import sentry_sdk
from sentry_modules import FrozenModulesIntegration
sentry_sdk.init(dsn="https://key@sentry.example.org/1",
                integrations=[FrozenModulesIntegration({arguments})],
                before_send=lambda event, hint: None)
for _ in range(3):
    sentry_sdk.capture_message("hello")
sentry_sdk.init(dsn="https://key@sentry.example.org/1",
                integrations=[FrozenModulesIntegration({arguments})],
                before_send=lambda event, hint: None)
sentry_sdk.capture_message("hello")
print(json.dumps(records))
"""


def start(arguments: str = "", more: str = "pass") -> dict[str, str]:
    """Return the files of an application without a manifest, which prints what was logged."""
    text = START.format(arguments=arguments, more=more)
    return {"shop/__init__.py": "", "shop/start.py": text}


def logged(*path: Path, python: Any = sys.executable, options: tuple[str, ...] = ()) -> Any:
    """Run the application, and read what Python's log got."""
    return report(*options, "-c", "import shop.start", path=(*path, RUNTIME, sdk()), python=python)


@pytest.mark.parametrize("more", ["pass", "raise RuntimeError", "1 / 0"])
def test_one_warning(tmp_path: Path, host: Path, more: str) -> None:
    """It names what was looked for and what to write, once in a process, and raises nothing."""
    found = logged(
        write_files(tmp_path, start(more=more)), python=host, options=("-W", "error::UserWarning")
    )
    ((name, level, text),) = found
    assert (name, level) == ("sentry_modules", "WARNING")
    assert "shop._sentry_modules, _sentry_modules" in text
    assert "sentry-modules freeze -o shop/_sentry_modules.py" in text
    assert "FrozenModulesIntegration(" in text


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("shop/start.py", ("-c", "import shop.start")),
        ("handler.py", ("-c", "import handler")),
        ("worker.py", ("worker.py",)),
    ],
)
def test_the_advice_helps(tmp_path: Path, host: Path, file: str, command: tuple[str, ...]) -> None:
    """A module is found where the warning says to write it: in a package, or beside a file."""
    folder = write_files(tmp_path, {**start(), file: START.format(arguments="", more="pass")})

    def found() -> Any:
        return report(*command, path=(folder, RUNTIME, sdk()), python=host, cwd=folder)

    ((_, _, text),) = found()
    (target,) = re.findall(r"freeze -o (\S+\.py),", text)
    write_files(folder, {target: manifest_text()})
    assert found() == []


def test_a_warning_that_becomes_an_event(tmp_path: Path, host: Path) -> None:
    """It carries what the SDK alone would send, as the event does that led to it."""
    program = (
        "import json, logging, sentry_sdk\n"
        "from sentry_modules import FrozenModulesIntegration\n"
        "from sentry_sdk.integrations.logging import LoggingIntegration\n"
        "found = []\n"
        'sentry_sdk.init(dsn="https://key@sentry.example.org/1", integrations=['
        "FrozenModulesIntegration(), LoggingIntegration(event_level=logging.WARNING)],"
        "before_send=lambda event, hint: found.append(len(event['modules'])))\n"
        'sentry_sdk.capture_message("hello")\n'
        "print(json.dumps(found))\n"
    )
    warning, event = logged(
        write_files(tmp_path, {**start(), "shop/start.py": program}), python=host
    )
    assert warning == event > 0


def test_a_name_that_is_wrong(tmp_path: Path, host: Path) -> None:
    """The name that was given is in the warning."""
    ((_, _, text),) = logged(write_files(tmp_path, start("'shpo'")), python=host)
    assert "shpo._sentry_modules" in text


def test_a_frozen_application(tmp_path: Path, host: Path) -> None:
    """It is told as well, although its bundle holds nothing of what looks further."""
    files = start("'shop.settings'", "raise RuntimeError")
    files["shop/__init__.py"] = "import sys; sys.frozen = True"
    ((_, level, message),) = logged(write_files(tmp_path, files), python=host)
    assert level == "WARNING"
    assert "shop.settings._sentry_modules" in message
    assert message.endswith("events list live metadata")
    again = "import sys; sys.path.append(str(len(sys.path)))"
    files["shop/start.py"] = files["shop/start.py"].replace(
        "    sentry_sdk.cap", f"    {again}\n    sentry_sdk.cap"
    )
    assert len(logged(write_files(tmp_path, files), python=host)) == 1


def test_a_broken_manifest(tmp_path: Path, host: Path) -> None:
    """What is wrong with it is in the warning."""
    files = {**start(), "shop/_sentry_modules.py": "raise LookupError"}
    ((_, _, text),) = logged(write_files(tmp_path, files), python=host)
    assert "shop._sentry_modules raises LookupError" in text


def test_metadata_by_hand(tmp_path: Path, host: Path) -> None:
    """Who wants live metadata misses nothing."""
    assert logged(write_files(tmp_path, start("authority='metadata'")), python=host) == []


@pytest.mark.parametrize("project", ["shop", "the-company-shop"])
def test_an_ordinary_install(tmp_path: Path, host: Path, project: str) -> None:
    """The application's own metadata is there, whatever the project is called."""
    pip_install("--target", tmp_path / "site", write_wheel(tmp_path, project, "1", start()))
    assert logged(tmp_path / "site", python=host) == []


def test_a_program_of_an_ordinary_install(tmp_path: Path, host: Path) -> None:
    """``python -m`` calls the module otherwise, and it is the package's all the same."""
    files = {**start(), "shop/__main__.py": start()["shop/start.py"]}
    pip_install("--target", tmp_path / "site", write_wheel(tmp_path, "shop", "1", files))
    for module in ("shop", "shop.start"):
        path = (tmp_path / "site", RUNTIME, sdk())
        assert report("-m", module, path=path, python=host) == []


def test_an_installed_module_that_is_run_by_its_name(tmp_path: Path, host: Path) -> None:
    """It is one file, and known as ``__main__`` alone."""
    files = {"shop_run.py": start()["shop/start.py"]}
    pip_install("--target", tmp_path / "site", write_wheel(tmp_path, "the-company", "1", files))
    path = (tmp_path / "site", RUNTIME, sdk())
    assert report("-m", "shop_run", path=path, python=host) == []
    write_files(tmp_path / "bare", files)
    assert report("-m", "shop_run", path=(tmp_path / "bare", RUNTIME, sdk()), python=host)


def test_a_checkout_before_its_install(tmp_path: Path, host: Path) -> None:
    """Its code comes from the checkout, and the list is that of the install."""
    pip_install("--target", tmp_path / "site", write_wheel(tmp_path, "shop", "1", start()))
    assert logged(write_files(tmp_path / "work", start()), tmp_path / "site", python=host) == []


def test_an_integration_that_was_sent_to_another_process(tmp_path: Path, host: Path) -> None:
    """It knows its caller's package still."""
    sent, files = tmp_path / "sent", start()
    made = "FrozenModulesIntegration()"
    taken = files["shop/start.py"].replace(made, f"pickle.load(open({str(sent)!r}, 'rb'))")
    files["shop/taken.py"] = f"import pickle{taken}"
    files["shop/start.py"] += f"import pickle; pickle.dump({made}, open({str(sent)!r}, 'wb'))\n"
    pip_install("--target", tmp_path / "site", write_wheel(tmp_path, "shop", "1", files))
    assert logged(tmp_path / "site", python=host) == []
    path = (tmp_path / "site", RUNTIME, sdk())
    assert report("-c", "import shop.taken", path=path, python=host) == []


@pytest.mark.parametrize("layout", ["src", "."])
def test_an_editable_install(tmp_path: Path, layout: str) -> None:
    """The metadata is elsewhere, and says where the source tree is."""
    pytest.importorskip("hatchling")
    pytest.importorskip("editables")
    project = tmp_path / "project"
    write_files(project / layout, start())
    text = (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "the-company-shop"\nversion = "4.2.0"\n'
        f'[tool.hatch.build.targets.wheel]\npackages = ["{layout}/shop"]\n'
    )
    write_files(project, {"pyproject.toml": text})
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "v")], check=True)
    python = tmp_path / "v" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip_install("--no-build-isolation", "--editable", project, python=python)
    assert logged(python=python) == []


def test_nothing_is_said_of_a_passing_fault(tmp_path: Path, host: Path) -> None:
    """The manifest may be there all the same."""
    files = {**start(), "shop/_sentry_modules.py": "raise OSError(24, 'too many open files')"}
    assert logged(write_files(tmp_path, files), python=host) == []
