"""The generated module, rendered by the build side and loaded by the run-time side."""

from __future__ import annotations

import json
import os
import py_compile
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sentry_modules import modules

from hatch_sentry_modules import left_out, render
from hatch_sentry_modules.model import ALWAYS, Distribution, Manifest
from tests.manifests import NEW, OLD, manifest, name

ROOT = Path(__file__).parents[1]
FORMAT = (ROOT / "MANIFEST_FORMAT.md").read_text(encoding="utf-8")
DOCUMENTED, READER, READER_OF_BYTES = re.findall(r"```python\n(.*?)```", FORMAT, flags=re.DOTALL)

APPLICATION = """
import json
import sentry_sdk
from importlib.metadata import version
from sentry_modules import FrozenModulesIntegration

events = []
sentry_sdk.init(
    dsn="http://key@127.0.0.1:9/1",
    integrations=[FrozenModulesIntegration()],
    before_send=lambda event, hint: events.append(event),
)
sentry_sdk.capture_message("hello")
print(json.dumps([dict(events[0]["modules"]), version("Flask")]))
"""


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """Write an application whose import package holds a rendered module, and no metadata."""
    package = tmp_path / "acme_app"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(APPLICATION, encoding="utf-8")
    (package / "_sentry_modules.py").write_text(render.to_python(manifest()), encoding="ascii")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    """Run Python in the folder of the application."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def expected() -> dict[str, str]:
    """Return the modules of the manifest on this machine's environment."""
    colorama = {"colorama": "0.4.6"} if sys.platform == "win32" else {}
    return {"acme-app": "4.2.0", "flask": "3.1.3", **colorama}


def test_an_event_carries_what_was_rendered(application: Path) -> None:
    """Names, versions and conditions survive the way from the renderer to an event."""
    modules, flask = json.loads(run(application, "-m", "acme_app"))
    assert modules == expected()
    assert flask == "3.1.3"


def test_the_run_time_side_says_what_it_read(application: Path) -> None:
    """Every name of the format reaches the run-time side with its meaning."""
    said = json.loads(run(application, "-m", "sentry_modules", "acme_app"))
    assert said["modules"] == expected()
    assert said["source"] == "uv.lock"
    assert said["authority"] == "manifest"
    assert said["skipped"] == dict(manifest().skipped)


def test_the_documented_module_is_what_is_rendered() -> None:
    """The example in MANIFEST_FORMAT.md is the renderer's own output."""
    assert render.to_python(manifest()) == DOCUMENTED


def test_the_documented_reader_reads(application: Path) -> None:
    """The reader in MANIFEST_FORMAT.md works as it stands, without this project."""
    printed = run(application, "-c", READER)
    assert printed.splitlines() == [f"{key} {value}" for key, value in sorted(expected().items())]


def test_the_documented_reader_of_bytes_reads(application: Path) -> None:
    """The reader of raw bytes finds the same document in the source and in its bytecode."""
    source = application / "acme_app" / "_sentry_modules.py"
    bytecode = py_compile.compile(str(source), cfile=str(application / "compiled"), doraise=True)
    always = {d.key: d.version for d in manifest().distributions if d.condition == ALWAYS}
    for path in (str(source), str(bytecode)):
        printed = run(application, "-c", READER_OF_BYTES, path)
        assert printed.splitlines() == [f"{key} {value}" for key, value in sorted(always.items())]


def test_both_sides_know_the_servers_budget() -> None:
    """The build says what to leave off, the run time leaves off what it must, for one budget."""
    assert left_out.BUDGET == modules.BUDGET


@pytest.mark.parametrize("separator", ["-", "_", "."])
def test_omitted_names_are_left_off(application: Path, separator: str) -> None:
    """What the build side omits is what an event lacks, however a name is listed."""
    many = tuple(
        Distribution(
            name=name(f"d-{number:04}"),
            version="1.0.0.post1",
            listed_as=f"d{separator}{number:04}",
        )
        for number in range(700)
    )
    far = frozenset(d.name for d in many[:200])
    text = render.to_python(
        Manifest(project=None, source="uv.lock", distributions=many, omitted=far)
    )
    (application / "acme_app" / "_sentry_modules.py").write_text(text, encoding="ascii")
    said = json.loads(run(application, "-m", "sentry_modules", "acme_app"))
    left_out = {d.key for d in many} - set(said["modules"])
    assert left_out == {d.key for d in many[:200]}
    assert said["left_out"] == 200
    program = "import sentry_modules; from importlib.metadata import version; "
    program += "sentry_modules.install('acme_app'); print(version('d-0000'))"
    assert run(application, "-c", program).strip() == "1.0.0.post1"


def test_versions_of_a_fork_reach_the_event(application: Path) -> None:
    """Of two versions of one name, the event carries the one of this very Python."""
    forked = manifest(
        distributions=(
            Distribution(name=name("flask"), version="2.0", condition=OLD),
            Distribution(name=name("flask"), version="3.0", condition=NEW),
        )
    )
    text = render.to_python(forked)
    (application / "acme_app" / "_sentry_modules.py").write_text(text, encoding="ascii")
    said = json.loads(run(application, "-m", "sentry_modules", "acme_app"))
    assert said["modules"] == {"flask": "2.0" if sys.version_info < (3, 11) else "3.0"}
