"""The place where one application is bundled, and what a bundler gives back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from demo.applications import Application
from demo.bundles import Bundle, install, pip
from demo.cache import keep, make_once
from demo.wheels import TOOLS, Parts, build_application, build_distributions


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One application, bundled by one tool: without this project's doing, and with it.

    They are the same bundle where a line in the application makes the difference.
    """

    stock: Bundle
    frozen: Bundle


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """A folder in which what several bundlers need is made once, and all that they start from.

    ``build_side`` is the wheel of ``hatch-sentry-modules``.
    """

    folder: Path
    parts: Parts
    build_side: Path

    @property
    def name(self) -> str:
        """The application's name."""
        return self.parts.application.name

    @property
    def main(self) -> str:
        """Its entry point, as every tool spells it."""
        return f"{self.name}.__main__:main"

    def once(self, name: str, fill: Callable[[Path], None]) -> Path:
        """Return the folder of a name, which the first caller fills."""
        return make_once(self.folder / name, fill)

    def local(self) -> tuple[str, ...]:
        """Set pip, and tools that read its variables, to use the downloads and no index."""
        requirements = self.parts.requirements.read_text(encoding="utf-8")
        folder = downloads(self.name, *requirements.splitlines())
        return ("--no-index", "--find-links", str(folder))

    def contents(self) -> tuple[str, ...]:
        """Name all that a bundle is to hold, as pip's arguments."""
        return ("-r", str(self.parts.requirements), *map(str, self.parts.wheels))

    def site(self) -> Path:
        """Return a folder into which pip installed the application, with all metadata."""
        return self.once("site", lambda f: install(self.parts, "--target", f, *self.local()))

    def bundle(
        self,
        name: str,
        path: Path,
        truth: Mapping[str, str],
        launcher: tuple[Path, ...] = (Path(sys.executable),),
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Bundle:
        """Describe what was made; the Python that starts it is exchanged for that of a host."""
        return Bundle(
            name=name,
            application=self.parts.application,
            path=path,
            truth=truth,
            launcher=launcher,
            more=more,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundler:
    """A way to ship an application.

    Those of one ``family`` share work. ``tool`` is the requirement of what builds, if anything but
    the standard library does. ``impossible`` maps the names of applications that cannot be shipped
    this way to the extension module that is why.
    """

    name: str
    family: str
    build: Callable[[Workshop], Pair]
    tool: str = ""
    impossible: Mapping[str, str] = field(default_factory=dict)


Opener: TypeAlias = Callable[[Application], Workshop]


def open_workshop(folder: Path, application: Application) -> Workshop:
    """Build the wheels of this checkout, and the application's with the hook of that checkout."""
    wheels = make_once(folder / "wheels", lambda f: _build(f, application))
    (build_side,) = wheels.glob("hatch_sentry_modules-*.whl")
    (runtime_side,) = wheels.glob("sentry_modules-*.whl")
    (own,) = wheels.glob(f"{application.name}-*.whl")
    requirements = wheels / f"{application.name}.txt"
    parts = Parts(application=application, wheels=(own, runtime_side), requirements=requirements)
    return Workshop(folder=folder, parts=parts, build_side=build_side)


def _build(folder: Path, application: Application) -> None:
    build_application(application, *build_distributions(folder))


def downloads(name: str, *requirements: str) -> Path:
    """Return a kept folder with the wheels of requirements; its cache holds only downloads."""

    def fill(folder: Path) -> None:
        listed = folder / "requirements.txt"
        listed.write_text("\n".join(requirements), encoding="utf-8")
        pip("download", "-q", "--only-binary", ":all:", "-d", folder, "-r", listed)

    return keep(f"downloads-{name}", (sys.version, *TOOLS, *requirements), fill)
