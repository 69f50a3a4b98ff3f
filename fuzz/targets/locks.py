"""Every lock reader: a lock file, the project beside it, and what is asked for.

What is frozen for all environments has to say of one of them what is frozen for that one.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from fuzz import contract, parts
from fuzz.mutation import Mutation
from fuzz.targets import Target
from hatch_sentry_modules import pipeline, project
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import FreezeError, RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import Manifest, Selection
from hatch_sentry_modules.render import to_json, to_requirements
from hatch_sentry_modules.resolve import SEVERAL
from tests.environments import LINUX

ROOT = Path(__file__).parents[2] / "fixtures"
FILES = {
    "uv": "uv.lock",
    "poetry": "poetry.lock",
    "pdm": "pdm.lock",
    "pipfile": "Pipfile.lock",
    "pylock": "pylock.toml",
    "requirements": "requirements.txt",
    "pex_lock": "default.lock",
}
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9])?", re.ASCII)

LONGEST = 20_000
"""Longer seeds say nothing new, and take long."""

SELECTIONS: list[dict[str, Any]] = [
    {},
    {"extras": ["web"], "groups": ["dev"]},
    {"all_packages": True},
    {"package": "app", "groups": ["test"]},
    {"runtime": False, "groups": ["dev"], "windows": True},
]
WINDOWS = {
    **LINUX,
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_release": "10",
    "platform_system": "Windows",
    "python_full_version": "3.10.4",
    "python_version": "3.10",
    "implementation_version": "3.10.4",
    "sys_platform": "win32",
}


def target(form: str) -> Target:
    """Make the target of one lock format."""
    file = FILES[form]
    return Target(
        run=lambda data: _run(file, data),
        seeds=lambda: _seeds(form, file),
        mutate=Mutation(_seeds(form, file)),
    )


def _run(file: str, data: bytes) -> None:
    files = parts.split(data)
    wanted, environment = _wanted(files.pop("selection.json", b"{}"))
    if file not in files:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts.write(files, folder)
        try:
            own = project.read(folder)
            config = Config(source=file, sbom=True)  # which asks for all that there is
            manifest = pipeline.freeze(own, config, selection=wanted)
            _check(manifest, folder)
            _agree(manifest, own, config, wanted, environment)
        except FreezeError as error:
            contract.check_error(error, folder)


def _check(manifest: Manifest, folder: Path) -> None:
    contract.check_manifest(manifest)
    for warning in manifest.warnings:
        contract.check_sentence(warning, folder)
    contract.check(to_json(manifest).isascii(), "not ASCII")
    json.loads(to_json(manifest))
    for line in to_requirements(manifest).encode("utf-8").decode("utf-8").split("\n")[:-1]:
        Requirement(line)


def _agree(
    manifest: Manifest,
    own: project.Project,
    config: Config,
    wanted: Selection,
    environment: dict[str, str],
) -> None:
    table = contract.executed(manifest, environment)
    try:
        there = pipeline.freeze(own, config, selection=wanted, environment=environment)
    except RefusedEnvironmentError:
        return
    except SourceError as error:
        # Only there may it be seen that nothing of what the project requires is held.
        contract.check("none of the project" in str(error), "refused in one environment", error)
        return
    versions: dict[str, set[str]] = {}
    for d in there.distributions:
        versions.setdefault(d.key, set()).add(d.version)
    # A condition that no module can hold is one environment's to decide; its name is said.
    unheld = versions.keys() - table.keys() - manifest.skipped.keys()
    # Where conditions of two versions overlap, one environment says that, all of them cannot.
    undecided = {name for name, reason in there.skipped.items() if reason == SEVERAL}
    own_versions = {d.version for d in manifest.distributions if d.name == manifest.project}
    if manifest.project and len(own_versions) > 1:
        undecided.add(manifest.project)  # of the project itself that its version is dynamic is said
    unlisted = table.keys() - versions.keys() - undecided
    listed = f"{sorted(table)} is not {sorted(versions)}"
    contract.check(not unheld and not unlisted, listed)
    wrong = [name for name in table.keys() - undecided if table[name] not in versions[name]]
    contract.check(not wrong, f"another version of {wrong}")


def _wanted(data: bytes) -> tuple[Selection, dict[str, str]]:
    """Read what is asked for; what is malformed asks for nothing."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        values = {}
    values = values if isinstance(values, dict) else {}
    names = {key: _names(values.get(key)) for key in ("extras", "groups", "package")}
    selection = Selection(
        extras=names["extras"],
        groups=names["groups"],
        package=min(names["package"], default=None),
        runtime=values.get("runtime") is not False,
        all_packages=values.get("all_packages") is True,
    )
    return selection, WINDOWS if values.get("windows") else LINUX


def _names(value: object) -> frozenset[NormalizedName]:
    found = value if isinstance(value, list) else [value]
    return frozenset(canonicalize_name(text) for text in found if _is_name(text))


def _is_name(value: object) -> TypeGuard[str]:
    """Return whether the configuration and the command line let a name pass."""
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _pex_locked(name: str, version: str, *requires: str) -> dict[str, Any]:
    url = f"https://files.example.org/{name}-{version}.0-py3-none-any.whl"
    artifacts = [{"algorithm": "sha256", "hash": "00", "url": url}]
    named = {"project_name": name, "version": version, "requires_python": ">=3.9"}
    return {**named, "requires_dists": [*requires], "artifacts": artifacts}


def _pex_lock() -> bytes:
    """Write a lock of two resolves, with extras that ask for one another."""
    flask = _pex_locked("flask", "3.1", "click>=8", 'web[a,b]; extra == "web"', "web[a]")
    web = _pex_locked("web", "1", 'click; extra == "a"', "gone; extra == 'b' and os_name == 'nt'")
    old, new = _pex_locked("click", "7"), _pex_locked("click", "8", "colorama; os_name == 'nt'")
    document = {
        "style": "universal",
        "requirements": ["flask[web]", "click; sys_platform == 'win32'"],
        "requires_python": [">=3.9"],
        "locked_resolves": [
            {"marker": "python_version < '3.11'", "locked_requirements": [flask, web, old]},
            {"marker": "python_version >= '3.11'", "locked_requirements": [flask, web, new]},
        ],
    }
    return json.dumps(document, indent=1).encode()


def _seeds(form: str, file: str) -> Iterator[bytes]:
    folders = sorted((ROOT / "locks" / form).iterdir())
    folders += sorted((ROOT / "agreement").iterdir())
    for folder in [f for f in folders if f.is_dir()]:
        for lock in sorted(folder.glob(file.replace(".toml", "*.toml"))):
            files = {file: lock.read_bytes()}
            for path in sorted(folder.rglob("*")):
                if path.name in {"pyproject.toml", "Pipfile"} or path.suffix == ".txt":
                    files.setdefault(path.relative_to(folder).as_posix(), path.read_bytes())
            for selection in SELECTIONS if len(parts.join(files)) < LONGEST else ():
                files["selection.json"] = json.dumps(selection).encode()
                yield parts.join(files)
    if form == "pex_lock":
        table = b'[project]\nname = "app"\nversion = "2.0"\n'
        for text in (_pex_lock(), b"// Pants wrote this.\n" + _pex_lock()):
            yield parts.join({file: text, "pyproject.toml": table, "selection.json": b"{}"})
    if form == "requirements":
        for lock in sorted((ROOT / "locks" / form).glob("*.txt")):
            yield parts.join({file: lock.read_bytes(), "selection.json": b"{}"})
