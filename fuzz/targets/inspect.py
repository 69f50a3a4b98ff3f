"""``inspect``: what it says of any artifact is valid, and it opens nothing but that artifact."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

from packaging.utils import canonicalize_name

from fuzz import archives, contract, parts
from fuzz.targets import Target
from fuzz.watch import only_inside
from hatch_sentry_modules.artifacts import inspected
from hatch_sentry_modules.artifacts.inspection import Inspection, inspect
from hatch_sentry_modules.cli.inspect import to_document
from hatch_sentry_modules.document import is_version
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.render import to_requirements
from hatch_sentry_modules.sbom import to_cyclonedx
from tests.environments import LINUX


def write(data: bytes, folder: Path) -> Path:
    """Write an artifact: a directory, with links, where the input is several files."""
    path = folder / "artifact"
    if data.startswith(b"--- "):
        path.mkdir()
        files = parts.split(data)
        links = {name: text for name, text in files.items() if text.startswith(b"-> ")}
        parts.write({name: files[name] for name in files.keys() - links}, path)
        for name, text in links.items():
            _link(path / name, text[3:].strip())
    else:
        path.write_bytes(data)
    return path


def _link(path: Path, to: bytes) -> None:
    with suppress(OSError, ValueError):  # something else is there, or it is no name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.fsdecode(to))


def _run(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("error")  # one would be printed before the message
        path = write(data, Path(name))
        outside: list[str] = []
        try:
            with only_inside(outside, path):
                found = inspect(path)
        except FreezeError as error:
            contract.check_error(error, path)
        else:
            check(found, path)
        contract.check(not outside, f"touched {outside}")


def check(found: Inspection, folder: Path) -> None:
    """Hold that all that is said of an artifact is valid, and can be printed in every form."""
    for held in found.held:
        contract.check(canonicalize_name(held.name, validate=True) == held.name, held.name)
        contract.check(is_version(held.version), held.version)
    for sentence in found.unread:
        contract.check_sentence(sentence.replace("://", ""), folder)
    text = json.dumps(to_document(found), ensure_ascii=False)
    contract.check(text.isascii() and text.isprintable(), f"not one line of ASCII: {text!a}")
    for manifest in found.manifests:
        made = inspected.of_module(manifest.module)
        contract.check_manifest(made)
        contract.executed(made, LINUX)
        to_requirements(made)
        to_cyclonedx(made, inspected.conditions(manifest.module))
    try:
        contract.executed(inspected.of_held(found), LINUX)
    except FreezeError as error:
        contract.check_error(error, folder)


TARGET = Target(run=_run, seeds=archives.seeds, mutate=archives.mutate)
