"""The ways to ship an application, one module each."""

from __future__ import annotations

from tests.bundles.bundlers import (
    cx_freeze,
    lambda_function,
    pex_file,
    pyinstaller,
    shiv_archive,
    standard_zipapp,
    zipapps_archive,
)
from tests.bundles.workshop import Bundler

# What takes longest comes first, so that two processes end at about the same time.
BUNDLERS: tuple[Bundler, ...] = (
    pyinstaller.ONEDIR,
    pyinstaller.ONEFILE,
    cx_freeze.DIRECTORY,
    standard_zipapp.WITH_METADATA,
    standard_zipapp.WITHOUT_METADATA,
    standard_zipapp.COMPRESSED,
    shiv_archive.SHIV,
    pex_file.ZIP,
    pex_file.PACKED,
    pex_file.LOOSE,
    pex_file.VENV,
    zipapps_archive.ZIPAPPS,
    lambda_function.DIRECTORY,
    lambda_function.ARCHIVE,
    lambda_function.LAYERED,
)
