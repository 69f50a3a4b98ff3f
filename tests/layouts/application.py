"""The application that every layout ships, and the manifest that a build makes for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.command_line import run
from tests.layouts.distributions import Distribution, library, real

PROJECT, VERSION = "acme-app", "4.2.0"

IMPORTS = {
    "alpha-lib": ("alpha",),
    "Beta.Core": ("beta_core",),
    "gamma_lib": ("gamma.py",),
    "nsp-one": ("nsp.one",),
    "nsp-two": ("nsp.two",),
    "PyEpsilon": ("ep_yaml",),
    "multi-top": ("multi_a", "multi_b"),
    "org-team-tool": ("org.team.tool",),
    "same_name": ("same_name",),
}
"""The libraries that the application needs, as their metadata spells them."""

SHARED = {"tests/__init__.py": ""}
"""What libraries bring by mistake, each over that of the others."""

Pins = tuple[tuple[str, str], ...]

REAL = ("sentry-sdk", "certifi", "urllib3", "sentry-modules")

START = """\
import _probe
import sentry_sdk

way = _probe.take_a_way()
integrations = []
if way in ("unnamed", "named"):
    from sentry_modules import FrozenModulesIntegration

    if way == "unnamed":
        integrations = [FrozenModulesIntegration()]
    else:
        integrations = [FrozenModulesIntegration(_probe.NAMED)]
if way == "activate":
    import sentry_modules

    sentry_modules.activate(_probe.NAMED)
sentry_sdk.init(integrations=integrations, **_probe.OPTIONS)
"""
"""Starts Sentry in the way that a cell asks for; whoever runs it is the caller.

The process forks here, so that those of all ways share what came before.
"""

REPORT = "import _probe; _probe.report()\n"

AS_FUNCTION = "def start():\n" + "".join(
    f"    {line}\n" if line else "\n" for line in START.splitlines()
)


def libraries(major: int) -> tuple[Distribution, ...]:
    """Return all libraries, each in its own version of one major version."""
    own = (
        library(name, f"{major}.{minor}", *imports)
        for minor, (name, imports) in enumerate(IMPORTS.items())
    )
    return tuple(replace(one, files={**SHARED, **one.files}) for one in own)


def sdk() -> tuple[Distribution, ...]:
    """Return the SDK that the tests run with, what it needs, and the run-time side."""
    return tuple(map(real, REAL))


def needed() -> tuple[Distribution, ...]:
    """Return all that the application needs, in the versions of its lock file."""
    return (*libraries(2), *sdk())


def locked() -> Pins:
    """Return the names and versions in the application's lock file."""
    return tuple((one.name, one.version) for one in needed())


def application(files: Mapping[str, str] | None = None, version: str = VERSION) -> Distribution:
    """Return the application: a package that starts Sentry, with the manifest in it.

    ``files`` are added, or replace those of the same name.
    """
    own = {
        "acme/__init__.py": f"__version__ = {version!r}\n",
        "acme/_sentry_modules.py": manifest(),
        "acme/run.py": START,
        "acme/__main__.py": f"import acme.run\n{REPORT}",
        **(files or {}),
    }
    return Distribution(name=PROJECT, version=version, files=own, imports=("acme",))


def manifest(
    others: Iterable[tuple[str, str]] | None = None,
    project: str = PROJECT,
    version: str = VERSION,
    head: str = "",
) -> str:
    """Return the generated module of a project whose lock file lists ``others``.

    A library that only Windows needs is always among them.
    """
    return _freeze(tuple(locked() if others is None else others), project, version, head)


@cache
def _freeze(others: Pins, project: str, version: str, head: str) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = write_project(Path(name), others, project, version, head)
        result = run("freeze", folder, "-o", folder / "out.py")
        assert result.exit_code == 0, result.output
        return (folder / "out.py").read_text(encoding="utf-8")


def write_project(
    folder: Path, others: Pins, project: str = PROJECT, version: str = VERSION, head: str = ""
) -> Path:
    """Write a project that is locked to ``others``, and return its folder.

    ``head`` is its ``pyproject.toml`` without the table ``project``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    declared = [*(other for other, _ in others), WINDOWS]
    table = f'[project]\nname = "{project}"\nversion = "{version}"\nrequires-python = ">=3.8"\n'
    text = f"{head}\n{table}dependencies = {declared!r}\n"
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    (folder / "uv.lock").write_text(_lock(others, project, version), encoding="utf-8")
    return folder


WINDOWS = "win-only; sys_platform == 'win32'"


def _lock(others: Pins, project: str, version: str) -> str:
    names = [_normalized(name) for name, _ in others]
    edges = "".join(f'  {{ name = "{name}" }},\n' for name in names)
    edges += '  { name = "win-only", marker = "sys_platform == \'win32\'" },\n'
    text = (
        'version = 1\nrevision = 3\nrequires-python = ">=3.8"\n\n[[package]]\n'
        f'name = "{project}"\nversion = "{version}"\nsource = {{ editable = "." }}\n'
        f"dependencies = [\n{edges}]\n"
    )
    pairs = [*zip(names, (pair[1] for pair in others), strict=True), ("win-only", "2.9")]
    return text + "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{listed}"\n'
        'source = { registry = "https://index.example.org/simple" }\n'
        for name, listed in pairs
    )


def _normalized(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
