"""Writes the targets that a ``pdm.lock`` was made for as markers.

https://pdm-project.org/en/latest/usage/lock-targets/ names the platforms and their aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hatch_sentry_modules.document import Table, quoted
from hatch_sentry_modules.model import Applies

_PLATFORM = re.compile(r"(?P<system>[a-z]+)(_\d+)*(_(?P<machine>[a-z][a-z0-9_]*))?", re.ASCII)
_IMPLEMENTATION = re.compile(r"[a-z]+", re.ASCII)

_SYSTEMS = {
    "linux": "linux", "manylinux": "linux", "musllinux": "linux", "alpine": "linux",
    "macos": "darwin", "windows": "win32",
}  # fmt: skip
"""What ``sys_platform`` is; for other systems it starts with their name."""

_ALIASES = {"linux": "x86_64", "alpine": "x86_64", "windows": "x86_64", "macos": "aarch64"}
"""The machine of a platform that names none."""

_MACHINES = (("x86_64", "amd64", "AMD64"), ("aarch64", "arm64", "ARM64"), ("x86", "i386", "i686"))
"""The names of one machine; each operating system has its own for ``platform_machine``."""


def environments(metadata: Table) -> Iterator[Applies]:
    """Yield a marker for each ``[[metadata.targets]]``.

    Raises:
        SourceError: A target holds what PDM does not write.
    """
    for target in metadata.tables("targets"):
        text = " and ".join(_conditions(target))
        yield not text or target.place.marker(text)


def _conditions(target: Table) -> Iterator[str]:
    """Yield the parts of a target's marker; all of them have to hold."""
    python = target.place.at("requires_python")
    alternatives = (target.string("requires_python") or "").split("||")
    markers = [python.python_marker(text) for text in alternatives]
    if all(markers):
        yield f"({' or '.join(markers)})"
    if platform := target.string("platform"):
        yield from _platform(target, platform)
    if implementation := target.string("implementation"):
        if not _IMPLEMENTATION.fullmatch(implementation):
            raise target.error("implementation", f"{quoted(implementation)} is not known")
        yield f'implementation_name == "{implementation}"'


def _platform(target: Table, platform: str) -> Iterator[str]:
    """Write a platform such as ``manylinux_2_17_x86_64`` as markers, which know no libc."""
    match = _PLATFORM.fullmatch(platform)
    machine = match and (match["machine"] or _ALIASES.get(match["system"]))
    if not match or not machine:
        raise target.error("platform", f"{quoted(platform)} is not known")
    system = match["system"]
    if system in _SYSTEMS:
        yield f'sys_platform == "{_SYSTEMS[system]}"'
    else:
        yield f'"{system}" in sys_platform'
    names = next((names for names in _MACHINES if machine in names), (machine,))
    yield "(" + " or ".join(f'platform_machine == "{name}"' for name in names) + ")"
