"""The run-time side on every Python and SDK that it supports: ``nox -s runtime scenarios``."""

from __future__ import annotations

import nox

PYTHONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
SDKS = ["1.5.12", "1.14", "1.29", "1.40.5", "1.45.1", "2.0.1", "2.10", "2.20", "2.35", "2.54", ""]
TESTS = ["pytest", "pytest-xdist", "jsonschema", "hatchling", "editables", "./runtime"]

nox.options.default_venv_backend = "venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["runtime", "scenarios"]


@nox.session(python=PYTHONS)
def runtime(session: nox.Session) -> None:
    """Run the tests of the run-time side; arguments after ``--`` go to pytest."""
    session.install(*TESTS)
    session.run("python", "-m", "pytest", "tests/runtime", *(session.posargs or ["-m", "not slow"]))


@nox.session(python=["3.8", "3.11", "3.13"])
@nox.parametrize("sdk", SDKS)
def scenarios(session: nox.Session, sdk: str) -> None:
    """Print what each scenario does on one SDK, ours beside stock, and fail if ours is wrong.

    Without a version it is the newest. The oldest take their list from ``pkg_resources``.
    """
    session.install(f"sentry-sdk=={sdk}" if sdk else "sentry-sdk", "setuptools<81", "./runtime")
    session.run("python", "-W", "ignore", "tests/runtime/scenarios.py")
