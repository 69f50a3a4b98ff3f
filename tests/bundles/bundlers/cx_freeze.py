"""cx_Freeze, with nothing but ``hatch-sentry-modules`` installed where it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from demo.commands import run
from tests.bundles.bundlers.environment import (
    CX_FREEZE,
    NAMED_BY_A_WARNING,
    UNUSED,
    environment,
    owners,
)
from tests.bundles.workshop import Bundler, Pair, Workshop

_STOCK = ("sentry_sdk",)
"""Without it the SDK's ``init`` fails, and there would be nothing to compare with."""


_OPENED_BY_NAME = {"storefront": ("sqlalchemy",)}
"""What an application's frameworks import by a name that cx_Freeze does not see: a dialect."""


def _build(
    workshop: Workshop, name: str, excludes: tuple[str, ...], packages: tuple[str, ...] = ()
) -> Path:
    python = environment(workshop)
    packages += _OPENED_BY_NAME.get(workshop.name, ())
    options = [f"--excludes={','.join(excludes)}"]
    options += [f"--packages={','.join(packages)}"] if packages else []
    options += [f"--includes={name}" for name in NAMED_BY_A_WARNING.get(workshop.name, ())]

    def fill(folder: Path) -> None:
        script = folder / f"{workshop.name}_start.py"
        text = f"from {workshop.name}.__main__ import main\n\nmain()\n"
        script.write_text(text, encoding="utf-8")
        build = ("-m", "cx_Freeze", "build", *options, "--target-dir", "bundle", "--script")
        run(python, *build, script, folder=folder)

    return workshop.once(name, fill)


def _stems(library: Path) -> Iterator[str]:
    """Name what lies in a bundle's folder and in its archive, without endings."""
    with ZipFile(library / "library.zip") as archive:
        names = archive.namelist()
    names += [path.relative_to(library).as_posix() for path in library.rglob("*")]
    for name in map(PurePosixPath, names):
        if name.suffix in (".py", ".pyc", ".so"):
            yield str(name.parent / name.name.partition(".")[0])


def _pair(workshop: Workshop) -> Pair:
    off = _build(workshop, "cx_freeze-stock", (*UNUSED, "_sentry_modules"), _STOCK)
    on = _build(workshop, "cx_freeze", UNUSED)
    program = Path("bundle", f"{workshop.name}_start")
    more = {workshop.parts.application.stock_switch: "1"}  # not a line in the application
    found = owners(environment(workshop), _stems(on / "bundle" / "lib"), on)
    truth = {name: found[name] for name in found if name != "cx-freeze"}
    frozen = workshop.bundle("cx_Freeze", on / program, truth, (), more)
    return Pair(stock=replace(frozen, path=off / program), frozen=frozen)


DIRECTORY = Bundler(name="cx_Freeze", family="freezers", build=_pair, tool=CX_FREEZE)
