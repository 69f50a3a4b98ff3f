"""An activated manifest, in applications that know nothing of it, on a host full of others."""

from __future__ import annotations

import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.application import (
    FROZEN,
    RUNTIME,
    installed_once,
    manifest_text,
    pip_install,
    report,
    sdk,
    write_files,
    write_wheel,
)
from tests.runtime.sdks import OLDEST

START = '__import__("sentry_modules").{verb}("_sentry_modules")\n'

CLIENT = """
import json, sys
import sentry_sdk

sent = []
sentry_sdk.init(
    dsn="https://key@sentry.example.org/1", before_send=lambda event, hint: sent.append(event)
)
"""

OWN = (
    'sentry_modules.FrozenModulesIntegration("_sentry_modules", authority="manifest", combine=True)'
)

SEND = """
sentry_sdk.capture_message("hello")
print(json.dumps([sent[-1]["modules"], sent[-1]["sdk"]["integrations"]]))
"""


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """Install a wrong version of a listed distribution, and one that is foreign."""
    for name, version in (("flask", "1.0"), ("foreign", "7")):
        wheel = write_wheel(tmp_path, name, version, {f"{name}/__init__.py": ""})
        pip_install("--target", tmp_path / "crowd", wheel)
    return tmp_path / "crowd"


@pytest.fixture(params=["newest", "oldest"])
def site(request: pytest.FixtureRequest) -> Path:
    """Return a folder that holds an SDK with its metadata."""
    if request.param == "newest":
        return sdk()
    if sys.version_info >= (3, 12):
        pytest.skip("the oldest SDK does not import there")
    return installed_once(*OLDEST)


def send(tmp_path: Path, text: str, *path: Path, manifest: str | None = None) -> Any:
    """Run an application that is stripped, and give what it prints last."""
    own = {"flask/__init__.py": "", "_sentry_modules.py": manifest or manifest_text()}
    files = {"main.py": text, **own}
    application = write_files(tmp_path / "application", files)
    return report("-W", "ignore", application / "main.py", path=(RUNTIME, *path))


def expected(site: Path) -> dict[str, str]:
    """Return the manifest, with the versions of what comes from the host and not from itself."""
    there: dict[str, str] = {}
    for found in distributions(path=[str(site), *sys.path]):
        there.setdefault(found.metadata["Name"], found.version)
    hosts = there.keys() & {"certifi", "typing_extensions"}
    return {**FROZEN, **{name: there[name] for name in hosts}}


def test_the_event_carries_exactly_the_manifest(tmp_path: Path, crowd: Path, site: Path) -> None:
    """Names are the manifest's, versions those that run; a finder alone leaves the host's names."""
    modules, integrations = send(
        tmp_path, START.format(verb="activate") + CLIENT + SEND, site, crowd
    )
    assert modules == expected(site)
    assert "frozen_modules" in integrations
    assert "modules" not in integrations
    modules, integrations = send(
        tmp_path, START.format(verb="install") + CLIENT + SEND, site, crowd
    )
    assert "foreign" in modules
    assert "modules" in integrations


def test_an_sdk_that_is_there_already(tmp_path: Path, crowd: Path, site: Path) -> None:
    """It is the same if a client was made before, as by a ``.pth`` file of the host."""
    text = CLIENT + START.format(verb="activate") + SEND
    modules, _ = send(tmp_path, text, site, crowd)
    assert modules == expected(site)


def test_taking_it_back(tmp_path: Path, crowd: Path) -> None:
    """After ``uninstall`` a new client sends what the stock SDK sends."""
    lines = START.format(verb="activate") + CLIENT + "import sentry_modules\n"
    text = f"{lines}sentry_modules.uninstall()\n{CLIENT}{SEND}"
    modules, integrations = send(tmp_path, text, sdk(), crowd)
    assert modules["flask"] == "1.0"
    assert "modules" in integrations


def test_an_application_with_the_integration(tmp_path: Path, crowd: Path, site: Path) -> None:
    """What it chose itself counts, and events come from its instance alone."""
    own = CLIENT.replace("before_send=", f"integrations=[{OWN}], before_send=")
    own = "import sentry_modules\n" + own
    modules, integrations = send(tmp_path, START.format(verb="activate") + own + SEND, site, crowd)
    assert modules.items() >= {**FROZEN, "foreign": "7"}.items()
    assert "frozen_modules" in integrations
    assert "modules" not in integrations


def test_a_list_that_outgrows_the_servers_budget(tmp_path: Path) -> None:
    """It is trimmed to whole entries, as with the integration; the stock list would not be."""
    table = {f"p{number:04}": "1.0" for number in range(2_000)}
    text = START.format(verb="activate") + CLIENT + SEND
    modules, _ = send(tmp_path, text, sdk(), manifest=manifest_text(table))
    assert modules.items() < table.items()
    assert len(modules) == 8192 // (len("1.0") + 3)


@pytest.mark.parametrize("manifest", ["MANIFEST = {", "raise SystemExit", "MANIFEST = '{}'"])
def test_a_broken_manifest(manifest: str, tmp_path: Path, crowd: Path) -> None:
    """The event carries what the stock SDK sends, and the application runs."""
    text = START.format(verb="activate") + CLIENT + SEND
    modules, _ = send(tmp_path, text, sdk(), crowd, manifest=manifest)
    assert modules["flask"] == "1.0"
    assert "foreign" in modules


def test_an_application_without_the_sdk(tmp_path: Path) -> None:
    """Nothing of the SDK is imported, and nothing is missed."""
    text = START.format(verb="activate") + "import json, sys\n"
    text += "unwanted = ('sentry_sdk', 'importlib.metadata')\n"
    text += "print(json.dumps([m for m in sys.modules if m.startswith(unwanted)]))\n"
    assert send(tmp_path, text) == []


def test_an_sdk_that_has_nothing_of_what_is_needed(tmp_path: Path) -> None:
    """What is called like it, or is too old, is imported as if nothing were there."""
    names = ("sentry_sdk/__init__.py", "sentry_sdk/integrations/__init__.py")
    other = write_files(
        tmp_path / "other",
        {**dict.fromkeys(names, ""), "sentry_sdk/integrations/modules.py": "found = [1]\n"},
    )
    text = START.format(verb="activate")
    text += "import json; from sentry_sdk.integrations.modules import found\n"
    assert send(tmp_path, f"{text}print(json.dumps(found))\n", other) == [1]
