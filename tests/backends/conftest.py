"""What isolated builds share: wheels of both distributions, and how pip finds only those."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def isolated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build wheels of both distributions, and give the variables that make pip use them.

    The constraints name the files, so that none of the two can come from an index.
    """
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder)]
    for project in (ROOT, ROOT / "runtime"):
        subprocess.run([*command, str(project)], check=True, stdout=subprocess.DEVNULL)
    constraints = folder / "constraints.txt"
    constraints.write_text(
        "".join(
            f"{wheel.name.partition('-')[0].replace('_', '-')} @ {wheel.as_uri()}\n"
            for wheel in folder.glob("*.whl")
        ),
        encoding="utf-8",
    )
    assert len(constraints.read_text(encoding="utf-8").splitlines()) == 2
    variables = {name: str(constraints) for name in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")}
    return {**os.environ, **variables, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.fixture(scope="session")
def twine(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Install twine apart from everything else, and give its interpreter."""
    return environment(tmp_path_factory.mktemp("twine") / "venv", "twine")


@pytest.fixture(scope="session")
def installing(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make an environment to install what was built into, and give its interpreter."""
    return environment(tmp_path_factory.mktemp("installing") / "venv")


def environment(folder: Path, *requirements: str) -> str:
    """Make a virtual environment, and give its interpreter."""
    venv.create(folder, with_pip=True)
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    if requirements:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *requirements], check=True)
    return python
