"""The marks of tests that run real engines."""

from __future__ import annotations

import os
import sys

import pytest


def large(group: str) -> list[pytest.MarkDecorator]:
    """Return the marks of a module that runs where it is asked for, on one worker of pytest."""
    return [
        pytest.mark.slow,
        pytest.mark.xdist_group(group),
        pytest.mark.skipif(not os.environ.get("TEST_ENGINES"), reason="large: make test-engines"),
        pytest.mark.skipif(sys.platform != "linux", reason="a guard for Linux runs the processes"),
    ]
