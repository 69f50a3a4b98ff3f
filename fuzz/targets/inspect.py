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
from hatch_sentry_modules.artifacts.inspection import Inspection, inspect
from hatch_sentry_modules.artifacts.metadata import single_versions
from hatch_sentry_modules.cli import requirements
from hatch_sentry_modules.cli.inspect import to_json
from hatch_sentry_modules.document import is_version
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.sbom import MOST_COMPONENTS, to_cyclonedx
from tests.environments import LINUX

_USED = 20  # of the manifests; there can be 60,000, and this takes longer than reading them


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
    for d in found.metadata.distributions:
        contract.check(canonicalize_name(d.name, validate=True) == d.name, d.name)
        contract.check(is_version(d.version), d.version)
    for sentence in found.unread:
        contract.check_sentence(sentence.replace("://", ""), folder)
    text = to_json(found)
    contract.check(text.isascii(), f"not ASCII: {text!a}")
    json.loads(text)
    for one in found.manifests:
        for fault in one.faults:
            contract.check_sentence(fault.replace("://", ""), folder)
        contract.check_manifest(one.manifest)
    for one in found.manifests[:_USED]:
        contract.executed(one.manifest, LINUX)
        requirements.write(one.manifest)
        if len(one.manifest.distributions) + len(one.manifest.skipped) <= MOST_COMPONENTS:
            to_cyclonedx(one.manifest)
    try:
        contract.executed(single_versions(found.name, found.metadata), LINUX)
    except FreezeError as error:
        contract.check_error(error, folder)


TARGET = Target(run=_run, seeds=archives.seeds, mutate=archives.mutate, longest=archives.LONGEST)
