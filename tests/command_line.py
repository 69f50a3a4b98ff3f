"""Runs the command line in this process, on a small project."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from hatch_sentry_modules.cli.commands import commands

PYPROJECT = """
[project]
name = "Acme_App"
version = "4.2.0"
requires-python = ">=3.11"
dependencies = ["flask>=3"]
"""

LOCK = """
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "acme-app"
version = "4.2.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[package.optional-dependencies]
tracing = [{ name = "tracer" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "colorama"
version = "0.4.6"
source = { registry = "https://index.example.org/simple" }

[[package]]
name = "flask"
version = "3.1.3"
source = { registry = "https://index.example.org/simple" }
dependencies = [{ name = "colorama", marker = "sys_platform == 'win32'" }]

[[package]]
name = "pytest"
version = "9.0.0"
source = { registry = "https://index.example.org/simple" }

[[package]]
name = "tracer"
version = "1.0.0"
source = { registry = "https://index.example.org/simple" }
"""


def run(*arguments: str | Path) -> Result:
    """Run the command line in this process."""
    # Since click 8.2 the two streams are always apart, and before it only on request.
    apart: dict[str, Any] = (
        {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
    )
    return CliRunner(**apart).invoke(commands, [str(argument) for argument in arguments])


def refused(*arguments: str | Path) -> str:
    """Run with bad input: status 2, nothing printed, one line of error; give that line."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1
    return result.stderr.strip()
