"""The machines that bundles are run on: one that holds nothing, and one that holds too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from demo.bundles import Bundle, bare_python
from demo.cache import kept_python

CROWD = (
    "click==8.1.3",
    "cowsay==6.1",
    "fastapi==0.110.0",
    "flask==2.3.3",
    "httpx==0.26.0",
    "humanize==4.6.0",
    "jaraco.functools==3.9.0",
    "pyfiglet==1.0.2",
    "pydantic==2.14.0",  # the first with a wheel for Python 3.15
    "requests==2.31.0",
    "rich==12.6.0",
    "sentry-sdk==2.10.0",
    "sqlalchemy==2.0.31",  # the first that Python 3.13 can import
    "tomlkit==0.11.8",
    "uvicorn==0.27.0",
    "werkzeug==2.3.8",
)
"""Other versions of what the applications are made of, and what none of them has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """A Python to start bundles with, and the home folder of who starts them."""

    name: str
    python: Path
    home: Path

    def place(self, bundle: Bundle) -> Bundle:
        """Return the bundle as it is started here.

        A program that brings its own Python gets this one's distributions put on its path.
        """
        home = {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / ".cache")}
        more = {**bundle.more, **home, "PATH": "/usr/bin:/bin"}
        if bundle.launcher:
            return replace(bundle, launcher=(self.python,), more=more)
        (site,) = self.python.parents[1].glob("lib/*/site-packages")
        return replace(bundle, more={**more, "PYTHONPATH": str(site)})


def hosts(folder: Path) -> Iterator[Host]:
    """Yield both, with empty home folders."""
    pythons = {
        "clean": bare_python(folder / "clean"),
        "crowded": kept_python("crowded-host", *CROWD),
    }
    for name, python in pythons.items():
        (home := folder / f"home-{name}").mkdir()
        yield Host(name=name, python=python, home=home)
