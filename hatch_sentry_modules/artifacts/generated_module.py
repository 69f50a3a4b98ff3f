"""Reads a generated module without executing it, as ``MANIFEST_FORMAT.md`` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from hatch_sentry_modules import manifest_document, markers
from hatch_sentry_modules.model import ALWAYS, Condition

LONGEST = manifest_document.LONGEST


class Listed(NamedTuple):
    """A line of a manifest; ``key`` is the name as it stands there.

    ``condition`` is its marker, empty where there is none.
    """

    name: NormalizedName
    key: str
    version: str
    condition: str | None = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadModule:
    """What a generated module says; all text in it is printable, names and versions are valid.

    ``faults`` are sentences about what stands in it and is not part of the format.
    """

    format: int | None = None
    source: str = ""
    project: str | None = None
    listed: tuple[Listed, ...] = ()
    skipped: Mapping[NormalizedName, str] = field(default_factory=dict)
    omit: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def parse(content: bytes) -> ReadModule:
    """Return what a generated module says, source or compiled; ``faults`` say what is malformed."""
    if len(content) > LONGEST:
        return ReadModule(faults=(f"It is longer than {LONGEST} bytes, so it is not read.",))
    found = manifest_document.find(content)
    if found is None:
        return ReadModule(faults=("It holds no manifest that can be read.",))
    manifest = found.manifest
    return ReadModule(
        format=1,
        source=manifest.source,
        project=manifest.project,
        listed=tuple(
            Listed(d.name, d.key, d.version, _marker(d.condition)) for d in manifest.distributions
        ),
        skipped={**manifest.skipped},
        omit=manifest.omit,
        faults=found.faults,
    )


def _marker(condition: Condition) -> str:
    return "" if condition == ALWAYS else markers.to_marker(condition)


def normalized(text: str) -> NormalizedName | None:
    """Return a name, normalized, or nothing where it is none."""
    try:
        return canonicalize_name(text[:257], validate=True)
    except InvalidName:
        return None
