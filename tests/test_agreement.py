"""The same project, locked by every tool, gives one and the same manifest.

``fixtures/agreement/pyproject.toml`` is locked by the real tools, in a folder for each. Nothing
here knows what is right; all that is known is that tools which do not know each other agree.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.model import Selection
from tests import environments
from tests.environments import execute, listed, python

ROOT = Path(__file__).parents[1] / "fixtures" / "agreement"

LINUX = environments.LINUX | python("3.11.7")
"""The environment in which the tools ran that lock for the one they run in."""

WINDOWS = LINUX | {
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_system": "Windows",
    "sys_platform": "win32",
}
MACOS = LINUX | {"platform_machine": "arm64", "platform_system": "Darwin", "sys_platform": "darwin"}
PYPY = {"implementation_name": "pypy", "platform_python_implementation": "PyPy"}

ENVIRONMENTS = {
    "linux-3.10.13": LINUX | python("3.10.13"),
    "linux-3.11.2": LINUX | python("3.11.2"),
    "linux-3.11.7": LINUX,
    "linux-3.12.8": LINUX | python("3.12.8"),
    "linux-3.14.0": LINUX | python("3.14.0"),
    "linux-arm-3.13.1": LINUX | python("3.13.1") | {"platform_machine": "aarch64"},
    "linux-pypy-3.11.13": LINUX | PYPY | python("3.11.13"),
    "macos-3.13.1": MACOS | python("3.13.1"),
    "windows-3.11.9": WINDOWS | python("3.11.9"),
    "windows-3.13.1": WINDOWS | python("3.13.1"),
}

UNIVERSAL = (
    "uv/uv.lock",
    "uv/pylock.uv.toml",
    "uv-pip-compile/requirements.txt",
    "poetry/poetry.lock",
    "pdm/pdm.lock",
)
"""Lock files for every environment."""

SINGLE = ("pip-lock/pylock.toml", "pip-compile/requirements.txt", "pipenv/Pipfile.lock")
"""Lock files for the environment that their tool ran in, and no other."""


def modules(lock: str, environment: dict[str, str]) -> dict[str, str]:
    """Freeze for an environment, directly and by executing the universal module; both agree."""
    own = project.read(ROOT)
    manifest = pipeline.freeze(own, Config(source=lock), environment=environment)
    assert not manifest.skipped
    found: dict[str, str] = {d.name: d.version for d in manifest.distributions}
    universal = render.to_python(pipeline.freeze(own, Config(source=lock)))
    assert listed(execute(universal, environment)) == found
    return found


def constraints() -> dict[str, str]:
    """Read the versions that the tools were held to."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = (line.split("==") for line in lines if not line.startswith("#"))
    return dict(pins)


def test_every_lock_file_is_compared() -> None:
    """A folder that is added is compared too, or this fails."""
    known = {Path(lock).parent.name for lock in (*UNIVERSAL, *SINGLE)}
    assert {path.name for path in ROOT.iterdir() if path.is_dir()} == known


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("lock", UNIVERSAL[1:])
def test_universal_lock_files_agree_everywhere(lock: str, environment: str) -> None:
    """Forks, extras and markers come to the same names and versions in every environment."""
    where = ENVIRONMENTS[environment]
    assert modules(lock, where) == modules(UNIVERSAL[0], where)


@pytest.mark.parametrize("lock", SINGLE)
def test_other_lock_files_agree_where_they_were_made(lock: str) -> None:
    """Tools that lock for the environment they run in say the same for that one."""
    assert modules(lock, LINUX) == modules(UNIVERSAL[0], LINUX)


def test_the_environments_tell_lock_files_apart() -> None:
    """What agrees is not one list for all: seven distributions come and go."""
    found = {name: modules(UNIVERSAL[0], where) for name, where in ENVIRONMENTS.items()}
    always = set.intersection(*(set(pins) for pins in found.values()))
    comes_and_goes = {name for pins in found.values() for name in pins} - always
    assert comes_and_goes == {
        "async-timeout",
        "greenlet",
        "importlib-metadata",
        "pywin32-ctypes",
        "tomli",
        "tzdata",
        "zipp",
    }


@pytest.mark.parametrize("lock", [*UNIVERSAL, *SINGLE])
def test_every_version_is_the_one_that_was_asked_for(lock: str) -> None:
    """The versions are those of the constraints, and nothing of extras or groups is there."""
    found = modules(lock, LINUX)
    expected = constraints() | {"agreement-sample": "1.0.0"}
    assert found == {name: expected[name] for name in found}
    assert not {"markdown", "iniconfig"} & set(found)


@pytest.mark.parametrize("lock", ["uv/uv.lock", "poetry/poetry.lock", "pdm/pdm.lock"])
def test_extras_and_groups_agree_too(lock: str) -> None:
    """The tools that know extras and groups add the same distributions for them."""
    own = project.read(ROOT)
    selection = Selection(
        extras=frozenset({canonicalize_name("docs")}), groups=frozenset({canonicalize_name("test")})
    )
    manifest = pipeline.freeze(own, Config(source=lock), selection=selection)
    added: dict[str, str] = {d.name: d.version for d in manifest.distributions}
    assert {name: added[name] for name in ("iniconfig", "markdown")} == {
        "iniconfig": "2.1.0",
        "markdown": "3.8.2",
    }
