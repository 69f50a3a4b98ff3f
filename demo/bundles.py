"""The ways to bundle an application, one function each."""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipapp
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from demo.applications import Application
from demo.cache import kept_python, python_of
from demo.commands import run
from demo.wheels import TOOLS, Parts

PYINSTALLER = "pyinstaller==6.22.3"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """An application in the form in which it is shipped.

    ``launcher`` is what must stand before ``path`` to start it; ``truth`` is what the installer
    says it put into the bundle, by normalized name, asked before anything was removed. ``more`` is
    what the environment must hold.
    """

    name: str
    application: Application
    path: Path
    truth: Mapping[str, str]
    launcher: tuple[Path, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    def send(self, dsn: str, *, stock: bool = False) -> str:
        """Run it once, so that it sends its error to ``dsn``, and return what it wrote."""
        switch = {self.application.stock_switch: "1"} if stock else {}
        more = {self.application.versions_of: " ".join(self.truth), **self.more, **switch}
        return run(*self.launcher, self.path, more={"SENTRY_DSN": dsn, **more})


Bundler: TypeAlias = Callable[[Parts, Path], Bundle]


def bundle_zipapp(parts: Parts, work: Path) -> Bundle:
    """Make a standard-library zipapp without any ``*.dist-info``, started by a bare Python."""
    name = parts.application.name
    site = work / "zipapp"
    install(parts, "--target", site)
    truth = installed("--path", site)
    for metadata in site.glob("*.dist-info"):
        shutil.rmtree(metadata)
    path = work / f"{name}.pyz"
    zipapp.create_archive(site, path, main=f"{name}.__main__:main", compressed=True)
    return Bundle(
        name="zipapp, no *.dist-info",
        application=parts.application,
        path=path,
        truth=truth,
        launcher=(bare_python(work / "host"),),
    )


def bundle_pyinstaller(parts: Parts, work: Path) -> Bundle:
    """Make a PyInstaller folder, from a virtual environment that the application is installed in.

    The generated module is named because nothing in the application imports it by name.
    """
    name = parts.application.name
    python = bare_python(work / "pyinstaller-environment")
    install(parts, python=python)
    truth = installed(python=python)
    pip("install", "-q", PYINSTALLER, python=python)
    script = work / "start.py"
    script.write_text(f"from {name}.__main__ import main\n\nmain()\n", encoding="utf-8")
    options = ("--onedir", "--name", name, "--hidden-import", f"{name}._sentry_modules")
    folders = ("--distpath", work / "dist", "--workpath", work / "build", "--specpath", work)
    run(python, "-m", "PyInstaller", "--noconfirm", *options, *folders, script)
    return Bundle(
        name="PyInstaller onedir",
        application=parts.application,
        path=work / "dist" / name / name,
        truth=truth,
    )


BUNDLERS: tuple[Bundler, ...] = (bundle_zipapp, bundle_pyinstaller)


def bare_python(folder: Path) -> Path:
    """Make a virtual environment in which nothing is installed, and return its interpreter."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    return python_of(folder)


def install(parts: Parts, *where: str | Path, python: Path | None = None) -> None:
    """Install an application with what its lock file names."""
    pip("install", "-q", *where, "-r", parts.requirements, *parts.wheels, python=python)


def installed(*where: str | Path, python: Path | None = None) -> dict[str, str]:
    """Return what pip finds installed, by normalized name."""
    found = json.loads(pip("list", "--format", "json", *where, python=python))
    return {normalize(one["name"]): one["version"] for one in found}


def normalize(name: str) -> str:
    """Return a distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pip(*arguments: str | Path, python: Path | None = None) -> str:
    """Run pip on an environment that does not hold it, so that pip is no part of the truth."""
    target = ("--python", python) if python else ()
    return run(kept_python("tools", *TOOLS), "-m", "pip", *target, *arguments)
