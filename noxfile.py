"""Both sides on what they support: ``nox -s runtime scenarios minimum minimum_runtime``."""

from __future__ import annotations

import nox

PYTHONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]
PYPY = "pypy3.9"
SDKS = ["1.5.12", "1.14", "1.29", "1.40.5", "1.45.1", "2.0.1", "2.10", "2.20", "2.35", "2.54", ""]
TESTS_OF_BOTH = ["pytest", "pytest-xdist", "jsonschema", "./runtime"]
TESTS = [*TESTS_OF_BOTH, "hatchling", "editables"]

OLDEST = [
    "click==8.1.0",
    "cyclonedx-python-lib[json-validation]==9.0.0",
    "hatchling==1.19.0",
    "packaging==26.1",
    "pdm-backend==2.1.5",
    "rich==13.0.0",
    "setuptools==64.0.0",
    "tomli==2.0.0",
]

nox.options.default_venv_backend = "venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["runtime", "scenarios"]


@nox.session(python=[*PYTHONS, PYPY])
def runtime(session: nox.Session) -> None:
    """Run the tests of the run-time side; arguments after ``--`` go to pytest."""
    session.install(*TESTS)
    options = session.posargs or ["-n", "auto", "-m", "not slow"]
    session.run("python", "-m", "pytest", "tests/runtime", *options)


@nox.session(python="3.10")
def minimum(session: nox.Session) -> None:
    """Run the quick tests of the build side with the oldest of everything that it takes.

    What is built from this checkout itself needs newer backends than the users' projects do.
    """
    backends = ["editables", "flit-core", "poetry-core", "uv-build", "wheel"]
    others = ["build", "hypothesis", "validate-pyproject", "zstandard"]
    session.install(*OLDEST, *TESTS_OF_BOTH, *backends, *others, ".[cli,sbom]")
    others_tests = ("bench", "bundles", "documentation", "runtime", "test_distributions.py")
    ignored = [f"--ignore=tests/{name}" for name in others_tests]
    session.run("python", "-m", "pytest", "-n", "auto", "-m", "not slow", *ignored)


@nox.session(python="3.8")
def minimum_runtime(session: nox.Session) -> None:
    """Run the run-time side with the oldest Python and SDK: each scenario, and what asks no SDK.

    The tests that are left out compare with what newer SDKs send in an ordinary install.
    """
    session.install(*TESTS, "sentry-sdk==1.5.12", "setuptools<81")
    session.run("python", "-W", "ignore", "tests/runtime/scenarios.py")
    newer = ("decision", "integration", "specification")
    ignored = [f"--ignore=tests/runtime/test_{name}.py" for name in newer]
    session.run("python", "-m", "pytest", "tests/runtime", "-m", "not slow", *ignored)


@nox.session(python=["3.8", "3.11", "3.13"])
@nox.parametrize("sdk", SDKS)
def scenarios(session: nox.Session, sdk: str) -> None:
    """Print what each scenario does on one SDK, ours beside stock, and fail if ours is wrong.

    Without a version it is the newest. The oldest take their list from ``pkg_resources``.
    """
    session.install(f"sentry-sdk=={sdk}" if sdk else "sentry-sdk", "setuptools<81", "./runtime")
    session.run("python", "-W", "ignore", "tests/runtime/scenarios.py")
