"""The environment that freezers run in, and whose files are in what they made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from demo.bundles import bare_python, install, normalize, pip
from demo.cache import python_of
from demo.commands import run
from tests.bundles.workshop import Workshop, downloads

PYINSTALLER = "pyinstaller==6.22.3"
CX_FREEZE = "cx_Freeze==8.7.3"

_TOOLS = (PYINSTALLER, CX_FREEZE, "packaging>=26.1", "tomli>=2.0")
"""The freezers, and what ``hatch-sentry-modules`` requires."""

NAMED_BY_A_WARNING = {"storefront": ("tzdata",)}
"""What an application's own manifest names and freezers do not see: dateutil opens it as data."""

UNUSED = ("setuptools", "tomli")
"""What no application imports: it is taken for the ``importlib_metadata`` that it vendors, or since
the build side has brought it and a library would use it on old Pythons."""

_OWNERS = """
import json, sys
from importlib.metadata import distributions
from pathlib import Path
collected = set(json.loads(Path(sys.argv[1]).read_text()))
def stem(file):
    return str(file.parent / file.name.partition(".")[0])
owners = {}
for one in distributions():
    stems = {stem(f) for f in one.files or () if f.suffix in (".py", ".so")}
    if stems & collected:
        owners[one.metadata["Name"]] = one.version
print(json.dumps(owners))
"""
"""By the installer's own records; a file is told by its path without its endings."""


def environment(workshop: Workshop) -> Path:
    """Return the Python of an environment with the application, both freezers and this project.

    PyInstaller and cx_Freeze find ``hatch-sentry-modules`` there: that is all that is done.
    """

    def fill(folder: Path) -> None:
        python = bare_python(folder)
        install(workshop.parts, *workshop.local(), python=python)
        tools = ("--no-index", "--find-links", downloads("freezers", *_TOOLS))
        pip("install", "-q", *tools, *_TOOLS, workshop.build_side, python=python)

    return python_of(workshop.once("environment", fill))


def owners(python: Path, stems: Iterable[str], folder: Path) -> dict[str, str]:
    """Ask the environment which distributions the collected files are of.

    ``stems`` are paths below ``site-packages`` without their endings.
    """
    listing = folder / "collected.json"
    listing.write_text(json.dumps(sorted(stems)), encoding="utf-8")
    found = json.loads(run(python, "-c", _OWNERS, listing))
    return {normalize(name): version for name, version in found.items()}
