"""What has to hold whatever goes in: the outcome is a right result or one line of message."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

from hatch_sentry_modules import render
from hatch_sentry_modules.document import is_version
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Manifest
from tests.environments import execute, listed

LONGEST = 4000
"""The longest message that is still one; the configuration lists all mistakes in one."""


class BrokenError(AssertionError):
    """A promise was not kept."""


def check(holds: bool, fault: str, cause: BaseException | None = None) -> None:
    """Raise where something does not hold; ``cause`` is the error whose text is wrong."""
    if not holds:
        raise BrokenError(fault[:500]) from cause


def check_error(error: FreezeError, folder: Path) -> None:
    """Hold that an error's text is what a user may be shown."""
    check_sentence(str(error), folder, error)
    check(str(error).endswith("."), f"no sentence: {error}", error)


def check_sentence(text: str, folder: Path, cause: BaseException | None = None) -> None:
    """Hold that a text is one line of printable ASCII, without an address or a path of here."""
    check(text.isascii() and text.isprintable(), f"not one line of ASCII: {text!a}", cause)
    check(len(text) < LONGEST, f"{len(text)} characters: {text}", cause)
    check("://" not in text, f"an address is shown: {text}", cause)
    check(str(folder) not in text, f"a path is shown: {text}", cause)


def check_manifest(manifest: Manifest) -> None:
    """Hold that names and versions are valid; what was made of names alone stays so."""
    for distribution in manifest.distributions:
        name = distribution.name
        check(canonicalize_name(name, validate=True) == name, f"name {name!a}")
        check(canonicalize_name(distribution.key) == name, f"key {distribution.key!a}")
        check(is_version(distribution.version), f"version {distribution.version!a}")
    for name, reason in manifest.skipped.items():
        check(canonicalize_name(name, validate=True) == name, f"skipped {name!a}")
        check(reason.isascii() and reason.isprintable(), f"reason {reason!a}")


def executed(manifest: Manifest, environment: Mapping[str, str]) -> dict[str, str]:
    """Render a manifest, hold that the text is data alone, and give its table somewhere."""
    text = render.to_python(manifest)
    check(text.isascii(), "not ASCII")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
            check(names <= {"sys", "os", "platform"}, f"imports {names}")
        check(not isinstance(node, ast.ImportFrom), "imports from something")
    table = listed(execute(text, environment))
    if type(table) is not dict:
        raise BrokenError("MODULES is no dict")
    check(all(type(x) is str for pair in table.items() for x in pair), f"not text: {table!a}")
    return table
