"""What the tests of the run-time side share: clean hosts, and a process put back as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
import sentry_modules
import sentry_sdk


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an interpreter with no distributions at all, and give its path."""
    folder = tmp_path_factory.mktemp("host")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


@pytest.fixture
def process() -> Iterator[None]:
    """Leave no client bound and no finder behind."""
    yield
    sentry_modules.uninstall()
    sentry_sdk.init(default_integrations=False)
