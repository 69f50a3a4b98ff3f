"""Framework integrations that ask for a version: on again in a stripped bundle."""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from tests.runtime.application import (
    RUNTIME,
    installed_once,
    manifest_text,
    report,
    sdk,
    strip,
    write_files,
)

FRAMEWORKS = {
    "anthropic": "AnthropicIntegration",
    "ariadne": "AriadneIntegration",
    "flask": "FlaskIntegration",
    "graphene": "GrapheneIntegration",
    "mcp": "MCPIntegration",
    "strawberry": "StrawberryIntegration",
}
REQUIREMENTS = ["anthropic", "ariadne", "flask", "graphene", "mcp", "strawberry-graphql"]

AUTOMATIC = """
import json, sentry_sdk
from sentry_modules import FrozenModulesIntegration
sentry_sdk.init(dsn="https://key@sentry.example.org/1", integrations=[{ours}])
print(json.dumps(sorted(sentry_sdk.get_client().integrations)))
"""

EXPLICIT = """
import json, sentry_sdk, sentry_modules
from sentry_sdk.integrations import DidNotEnable
{install}
try:
    from sentry_sdk.integrations.{name} import {integration}
    given = [{integration}(*{arguments})]
    sentry_sdk.init(dsn="https://key@sentry.example.org/1", integrations=given)
    print(json.dumps("on"))
except DidNotEnable as error:
    print(json.dumps(str(error)))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.version_info < (3, 10), reason="the frameworks need Python 3.10"),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a stripped folder of all the frameworks, whose manifest says what they were."""
    folder = Path(
        shutil.copytree(installed_once(*REQUIREMENTS), tmp_path_factory.mktemp("b") / "d")
    )
    found = map(Distribution.at, folder.glob("*.dist-info"))
    modules = {one.metadata["Name"].lower(): one.version for one in found}
    assert len(modules) > len(FRAMEWORKS)
    shutil.copytree(sdk() / "sentry_sdk", folder / "sentry_sdk", dirs_exist_ok=True)
    return write_files(strip(folder), {"_sentry_modules.py": manifest_text(modules)})


def test_they_enable_themselves(
    bundle: Path, host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All are on with the one line, and with the stock SDK none is that asks for its version."""
    path = (bundle, RUNTIME, sdk())
    line = "FrozenModulesIntegration()"
    ours = report("-c", AUTOMATIC.format(ours=line), python=host, path=path)
    stock = report("-c", AUTOMATIC.format(ours=""), python=host, path=path)
    with capsys.disabled():
        print()
        for name in FRAMEWORKS:
            print(f"{name:<12} ours {'on' if name in ours else 'off':<4}", end=" ")
            print(f"stock {'on' if name in stock else 'off'}")
    assert set(FRAMEWORKS) <= set(ours)
    assert not set(FRAMEWORKS) & set(stock)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_given_by_hand_they_do_not_stop_init(bundle: Path, host: Path, name: str) -> None:
    """Given explicitly, each raises with the stock SDK, and none does after ``install``."""
    answers = []
    for install in ("", "sentry_modules.install()"):
        program = EXPLICIT.format(
            name=name,
            integration=FRAMEWORKS[name],
            arguments=(True,) if name == "strawberry" else (),
            install=install,
        )
        answers.append(report("-c", program, python=host, path=(bundle, RUNTIME, sdk())))
    stock, ours = answers
    assert ours == "on"
    assert "Unparsable" in stock or "not installed" in stock
