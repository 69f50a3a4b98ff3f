"""A layout: where the application and its dependencies lie, and how the process starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tests.layouts.application import REAL, application, libraries, needed, sdk
from tests.layouts.distributions import Distribution, install, library

HOSTS = ("clean", "crowded")
WAYS = ("unnamed", "named", "activate")
"""How the application starts Sentry: what is imported is the same in all."""

PROBE = Path(__file__).with_name("probe.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """What a process finds on its path, what the host holds, and what the event has to say.

    ``arguments`` start the process, in ``folder`` or in an empty one; ``path`` goes before the
    host's own.
    ``host`` is installed there, and ``prepare`` does more to the folder it is installed in.
    ``listed`` is what the event has to list, each with what to import; without it, what the
    sample application needs. With ``is_stock`` the event is what the SDK alone sends; ``excluded``
    names are on no event. ``warnings`` is how many an integration logs.
    With ``is_early`` the event comes before anything is imported.
    """

    arguments: tuple[str, ...]
    path: tuple[Path | str, ...] = ()
    folder: Path | None = None
    host: tuple[Distribution, ...] = ()
    host_metadata: str = "dist-info"
    prepare: Callable[[Path], None] | None = None
    named: str = "acme"
    listed: tuple[Distribution, ...] = field(default_factory=lambda: (application(), *needed()))
    is_stock: bool = False
    excluded: frozenset[str] = frozenset()
    warnings: int = 0
    is_early: bool = False

    def imports(self) -> dict[str, tuple[str, ...]]:
        """Return what to import to learn the version of each distribution."""
        return {canonicalize_name(one.name): one.imports for one in self.listed if one.imports}


def run(layout: Layout, python: Path) -> dict[str, Any]:
    """Start a process that forks for each way, and return what the probe in each printed."""
    path = os.pathsep.join(map(str, (*layout.path, python.parents[1] / "probe")))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SENTRY_"))}
    more = {"NAMED": layout.named, "IMPORTS": json.dumps(layout.imports())}
    early = {"EARLY": "1"} if layout.is_early else {}
    done = subprocess.run(
        [str(python), *layout.arguments],
        cwd=layout.folder or python.parents[1] / "empty",
        env={**kept, "PYTHONPATH": path, **more, **early},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return {found["way"]: found for found in map(json.loads, done.stdout.splitlines())}


def make_host(folder: Path, layout: Layout, *, is_crowded: bool) -> Path:
    """Make a virtual environment that holds what the layout needs there, and return its Python.

    A clean one has the SDK besides; a crowded one other versions of everything, and more.
    """
    venv.create(folder, symlinks=sys.platform != "win32")
    (folder / "empty").mkdir()
    (folder / "probe").mkdir()
    (folder / "probe" / "_probe.py").symlink_to(PROBE)
    (site,) = folder.glob("lib/*/site-packages")
    others = crowd() if is_crowded else sdk()[:-1]
    installed = {canonicalize_name(one.name): one for one in layout.host}
    install(site, layout.host, layout.host_metadata)
    install(site, [one for one in others if canonicalize_name(one.name) not in installed])
    if layout.prepare is not None:
        layout.prepare(site)
    return folder / "bin" / "python"


def crowd() -> Iterable[Distribution]:
    """Return older versions of all that the application has, and what it does not have."""
    yield from libraries(1)
    for name in REAL:
        yield library(name, "0.9", name.replace("-", "_"))
    yield library("acme-app", "1.0", "acme")
    for name in ("cowsay", "win-only", "nsp-three", "Zope.Interface", "requests"):
        yield library(name, "1.9", name.lower().replace("-", "_"))
