"""The source distributions that other projects' tests come from, kept below the cache folder."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

from demo.cache import keep
from demo.commands import run


def unpacked(requirement: str) -> Path:
    """Return the folder of a source distribution, such as ``packaging==26.4``, unpacked.

    Suites write into it, so what they wrote stays for the next run as it would in a checkout.
    """

    def fill(folder: Path) -> None:
        name = requirement.partition("==")[0]
        options = ["--quiet", "--no-deps", "--no-binary", name, "--dest", str(folder)]
        run(sys.executable, "-m", "pip", "download", *options, requirement)
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")

    folder = keep("peer-sdist", (requirement,), fill)
    (found,) = (each for each in folder.iterdir() if each.is_dir())
    return found
