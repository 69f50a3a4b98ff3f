"""Both distributions and an application, built from the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from demo.applications import CHECKOUT, Application
from demo.cache import kept_python
from demo.commands import run

TOOLS = ("build==1.6.1", "hatchling==1.33.0", "pip==26.3", "uv==0.13.9")
_NAMES = ("hatch-sentry-modules", "sentry-modules")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """All that a bundle of an application is made from.

    ``wheels`` are the application's and the run-time side's; ``requirements`` is what the lock
    file says about all others, as uv exports it.
    """

    application: Application
    wheels: tuple[Path, ...]
    requirements: Path


def build_distributions(folder: Path) -> tuple[Path, Path]:
    """Build the wheels of the build side and of the run-time side into a folder."""
    python = kept_python("tools", *TOOLS)
    for source in (CHECKOUT, CHECKOUT / "runtime"):
        run(python, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, source)
    build_side, runtime_side = (_wheel(folder, name) for name in _NAMES)
    return build_side, runtime_side


def build_application(application: Application, build_side: Path, runtime_side: Path) -> Parts:
    """Build an application's wheel beside the others, with the hook in an isolated environment.

    The constraint takes the hook from the wheel of this run, whatever an index may offer.
    """
    python = kept_python("tools", *TOOLS)
    folder = build_side.parent
    constraints = folder / "constraints.txt"
    constraints.write_text(f"{_NAMES[0]} @ {build_side.as_uri()}\n", encoding="utf-8")
    build = (python, "-m", "build", "--wheel", "--outdir", folder, application.folder)
    run(*build, more={"PIP_CONSTRAINT": str(constraints)})
    requirements = folder / f"{application.name}.txt"
    requirements.write_text(_export(python, application), encoding="utf-8")
    return Parts(
        application=application,
        wheels=(_wheel(folder, application.name), runtime_side),
        requirements=requirements,
    )


def _export(python: Path, application: Application) -> str:
    """Return what the lock file holds, but for what is built here."""
    options = ("--frozen", "--no-dev", "--no-hashes", "--no-header", "--no-annotate")
    built = ("--no-emit-project", "--no-emit-package", _NAMES[1])
    return run(python, "-m", "uv", "export", *options, *built, folder=application.folder)


def _wheel(folder: Path, name: str) -> Path:
    """Return the one wheel of a name."""
    (wheel,) = folder.glob(f"{name.replace('-', '_')}-*.whl")
    return wheel
