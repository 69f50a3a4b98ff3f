"""The Pythons of workers: the engine, other versions of what the application needs, and more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from demo.bundles import bare_python, normalize, pip
from demo.cache import kept_python

CROWD = (
    "blinker==1.6.3",
    "certifi==2024.2.2",
    "click==8.1.3",
    "cowsay==6.1",
    "flask==2.3.3",
    "humanize==4.6.0",
    "itsdangerous==2.1.2",
    "jinja2==3.1.2",
    "markupsafe==2.1.5",
    "pyfiglet==1.0.2",
    "requests==2.31.0",
    "rich==12.6.0",
    "sentry-sdk==2.20.0",
    "tomlkit==0.11.8",
    "urllib3==2.2.3",
    "werkzeug==2.3.8",
)
"""Another version of each distribution of the application, and what the application never asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A Python, and the versions that each of its folders holds, by normalized name."""

    python: Path
    sites: Mapping[Path, Mapping[str, str]]

    def holds(self) -> dict[str, str]:
        """Return every distribution that can be imported; a folder goes before the later ones."""
        found: dict[str, str] = {}
        for versions in self.sites.values():
            found = {**versions, **found}
        return found


def lay_out(folder: Path, *kept: Path, wheels: tuple[Path, ...] = ()) -> Place:
    """Make a Python that holds wheels, and sees what kept ones hold, the first before the next."""
    python = bare_python(folder)
    sites = [_site(one) for one in (python, *kept)]
    (sites[0] / "kept.pth").write_text("".join(f"{s}\n" for s in sites[1:]), encoding="utf-8")
    if wheels:
        pip("install", "-q", "--no-deps", *wheels, python=python)
    return Place(python=python, sites={site: held(site) for site in sites})


def held(site: Path) -> dict[str, str]:
    """Return what a folder holds, by normalized name; no folder here holds a name twice."""
    return {normalize(one.name): one.version for one in distributions(path=[str(site)])}


def crowded(
    folder: Path, runtime_side: Path, name: str, *engine: str, is_engine_first: bool = False
) -> Place:
    """Make the Python of a worker: this checkout's run-time side, the crowd, and the engine.

    ``is_engine_first`` is for an engine that does not run with the crowd's versions.
    """
    kept = [kept_python("workers-crowd", *CROWD), kept_python(f"engine-{name}", *engine)]
    return lay_out(folder, *(reversed(kept) if is_engine_first else kept), wheels=(runtime_side,))


def _site(python: Path) -> Path:
    """Return the folder that a virtual environment installs into."""
    (site,) = python.parents[1].glob("lib/*/site-packages")
    return site
