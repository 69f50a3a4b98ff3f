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

BUNDLERS: tuple[Bundler, ...] = (
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
    pyinstaller.ONEDIR,
    pyinstaller.ONEFILE,
    cx_freeze.DIRECTORY,
)
