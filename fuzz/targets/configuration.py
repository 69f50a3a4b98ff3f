"""The configuration: a ``pyproject.toml`` gives options that hold what they promise, or a message.

Then the module is made for a build of that project, wherever its options want it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from fuzz import contract, parts
from fuzz.mutation import Mutation
from fuzz.targets import Target
from hatch_sentry_modules import config as configuration
from hatch_sentry_modules import pipeline, project
from hatch_sentry_modules.errors import FreezeError

ROOT = Path(__file__).parents[2] / "fixtures" / "locks" / "uv" / "real"
FILES = {"src/acme/__init__.py": "acme/__init__.py", "src/acme/x.py": "acme/x.py"}
OPTIONS = [
    'source = "uv.lock"\nexclude = ["acme-*"]\n',
    'source = "auto"\npath = "acme/_sentry_modules.py"\nsbom = true\nrequired = false\n',
    'extras = ["web"]\ngroups = ["dev"]\n',
    'build-backend = "uv_build"\nbackend-path = ["backend"]\n',
    'source = "nowhere.lock"\nrequired = false\n',
    "",
]
TABLES = [configuration.TABLE, configuration.HATCH_TABLE]


def _run(data: bytes) -> None:
    files = parts.split(data)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts.write(files, folder)
        try:
            own = project.read(folder)
            config = configuration.read(own.table)
            _check(config)
            if config.source.partition(":")[0] != "installed":  # it would list this machine
                _check_build(folder)
        except FreezeError as error:
            contract.check_error(error, folder)


def _check(config: configuration.Config) -> None:
    for name in config.extras | config.groups:
        contract.check(canonicalize_name(name, validate=True) == name, f"name {name!a}")
    for path in [config.path or "a.py", *config.backend_path]:
        pure = PurePosixPath(path)
        contract.check(not pure.is_absolute() and ".." not in pure.parts, f"path {path!a}")


def _check_build(folder: Path) -> None:
    warnings: list[str] = []
    generated = pipeline.generate(
        folder,
        name="acme-app",
        version="1.0",
        files={wheel: tree for tree, wheel in FILES.items()},
        warn=warnings.append,
        takes_sbom=True,
    )
    for warning in warnings:
        contract.check_sentence(warning, folder)
    if generated is not None:
        for path in (generated.wheel_path, generated.tree_path):
            pure = PurePosixPath(path)
            contract.check(not pure.is_absolute() and ".." not in pure.parts, f"path {path!a}")
        contract.check(generated.text.isascii(), "not ASCII")
        compile(generated.text, "_sentry_modules.py", "exec")


def _seeds() -> Iterator[bytes]:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for options in OPTIONS:
        for table in TABLES:
            files = {"pyproject.toml": f"{text}\n[{table}]\n{options}".encode()}
            yield parts.join({**files, "uv.lock": (ROOT / "uv.lock").read_bytes()})


TARGET = Target(run=_run, seeds=_seeds, mutate=Mutation(_seeds()))
