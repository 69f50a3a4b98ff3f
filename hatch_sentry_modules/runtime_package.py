"""Finds the run-time package, of which the wheel holds a copy, and a checkout the original."""

import re
from pathlib import Path

from packaging.utils import NormalizedName

from hatch_sentry_modules.model import Distribution

PACKAGE = "sentry_modules"
DISTRIBUTION = NormalizedName("sentry-modules")

_HERE = Path(__file__).parent
_PLACES = (_HERE / "_runtime", _HERE.parent / "runtime")

_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def folder() -> Path:
    """Return the folder that holds the run-time package, as an entry of ``sys.path`` would."""
    return next(place for place in _PLACES if (place / PACKAGE).is_dir())


def distribution() -> Distribution:
    """Return what a manifest says of the run-time package in :func:`folder`."""
    text = (folder() / PACKAGE / "__init__.py").read_text(encoding="utf-8")
    (version,) = _VERSION.findall(text)
    return Distribution(name=DISTRIBUTION, version=version)
