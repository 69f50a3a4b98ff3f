"""Opens what was built."""

from __future__ import annotations

import base64
import csv
import hashlib
import tarfile
from pathlib import Path
from zipfile import ZipFile

from tests.backends import projects


def module(wheel: Path, place: str = projects.PLACE) -> str:
    """Return the generated module in a wheel."""
    with ZipFile(wheel) as file:
        return file.read(place).decode("ascii")


def members(archive: Path) -> list[str]:
    """Return the paths of what a wheel or an sdist holds; for an sdist, below its top."""
    if archive.suffix == ".whl":
        with ZipFile(archive) as file:
            return file.namelist()
    with tarfile.open(archive) as file:
        return [name.partition("/")[2] for name in file.getnames()]


def generated(archive: Path) -> list[str]:
    """Return the places of generated modules in a wheel or an sdist."""
    return [name for name in members(archive) if name.endswith("_sentry_modules.py")]


def check_record(wheel: Path) -> None:
    """Hold that a wheel is whole, and that RECORD tells every hash and size in it, once.

    https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    with ZipFile(wheel) as file:
        assert file.testzip() is None
        names = [name for name in file.namelist() if not name.endswith("/")]
        (record,) = (name for name in names if name.endswith(".dist-info/RECORD"))
        lines = list(csv.reader(file.read(record).decode("utf-8").splitlines()))
        assert sorted(path for path, _, _ in lines) == sorted(names)
        for path, digest, size in lines:
            if path == record:
                assert (digest, size) == ("", "")
                continue
            content = file.read(path)
            sha256 = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
            assert digest == "sha256=" + sha256.decode("ascii").rstrip("=")
            assert int(size) == len(content)
