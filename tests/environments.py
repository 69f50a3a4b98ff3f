"""Executes generated modules as the interpreter of any environment would."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:(a|b|c|rc)(\d+))?(?:\+.*)?", re.ASCII)
_LEVELS = {"a": "alpha", "b": "beta", "c": "candidate", "rc": "candidate", None: "final"}

VersionInfo = tuple[int, int, int, str, int]

LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.8",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.8.0",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.12.8",
    "python_version": "3.12",
    "sys_platform": "linux",
}
"""A whole environment; what another one differs in is put over it."""


def python(version: str) -> dict[str, str]:
    """Return what changes with the version of CPython."""
    return {
        "implementation_version": version,
        "python_full_version": version,
        "python_version": version.rpartition(".")[0],
    }


LINUX_311 = LINUX | python("3.11.7")
WINDOWS_310 = {
    **LINUX_311,
    "os_name": "nt",
    "platform_system": "Windows",
    "python_full_version": "3.10.1",
    "python_version": "3.10",
    "sys_platform": "win32",
}


def execute(text: str, environment: Mapping[str, str]) -> dict[str, object]:
    """Execute a generated module and give its names.

    ``sys``, ``os`` and ``platform`` are stand-ins that hold what markers ask of them and no more;
    any other import fails. So does an environment whose variables contradict
    each other, since no interpreter has it.
    """
    imports = _stand_ins(environment)

    def import_stand_in(name: str, *_: object) -> object:
        if name not in imports:
            raise ImportError(f"a generated module imports {name}")
        return imports[name]

    names = {"__builtins__": {**vars(builtins), "__import__": import_stand_in}}
    exec(compile(text, "_sentry_modules.py", "exec"), names)  # noqa: S102  # it is what is tested
    return {name: value for name, value in names.items() if name != "__builtins__"}


def document(names: Mapping[str, object]) -> dict[str, Any]:
    """Return the document in the names of a generated module."""
    return dict(json.loads(str(names["MANIFEST"])))


def listed(names: Mapping[str, object]) -> dict[str, str]:
    """Return what an executed module lists for its environment, as any reader would."""
    manifest, applies = document(names), names["APPLIES"]
    assert isinstance(applies, list)
    found = dict(manifest["modules"])
    found.update(pin.rsplit("==", 1) for pin in manifest.get("omitted", ()))
    for entry, holds in zip(manifest["conditional"], applies, strict=True):
        assert isinstance(holds, bool)
        if holds:
            found[entry["name"]] = entry["version"]
    return found


def _stand_ins(environment: Mapping[str, str]) -> dict[str, object]:
    info = version_info(environment["python_full_version"])
    assert environment["python_version"] == f"{info[0]}.{info[1]}"
    implementation = SimpleNamespace(
        name=environment["implementation_name"],
        version=version_info(environment["implementation_version"]),
    )
    return {
        "os": SimpleNamespace(name=environment["os_name"]),
        "platform": SimpleNamespace(
            machine=lambda: environment["platform_machine"],
            python_implementation=lambda: environment["platform_python_implementation"],
            python_version=lambda: environment["python_full_version"],
            release=lambda: environment["platform_release"],
            system=lambda: environment["platform_system"],
            version=lambda: environment["platform_version"],
        ),
        "sys": SimpleNamespace(
            implementation=implementation,
            platform=environment["sys_platform"],
            version_info=info,
        ),
    }


def version_info(text: str) -> VersionInfo:
    """Return the tuple that an interpreter of a version holds, such as ``sys.version_info``."""
    match = _VERSION.fullmatch(text)
    assert match is not None, f"no interpreter has the version {text}"
    major, minor, micro, level, serial = match.groups()
    return int(major), int(minor), int(micro), _LEVELS[level], int(serial or 0)
