"""``installed:FOLDER``: what metadata, records and links in an environment say, or a message."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from fuzz import contract, parts
from fuzz.mutation import Mutation
from fuzz.targets import Target
from hatch_sentry_modules import pipeline, project
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import FreezeError

PROJECT = b'[project]\nname = "app"\nversion = "1.0"\ndependencies = ["flask"]\n'
METADATA = b"Metadata-Version: 2.1\nName: %s\nVersion: %s\nRequires-Dist: click>=8\n\nText.\n"
EMPTY = b"sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
RECORD = b"flask/__init__.py,%s,0\nflask-%s.dist-info/METADATA,,\n../bin/flask,,\n"


def _run(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts.write(parts.split(data), folder)
        try:
            config = Config(source="installed:site")
            manifest = pipeline.freeze(project.read(folder), config)
        except FreezeError as error:
            contract.check_error(error, folder)
            return
    contract.check_manifest(manifest)
    for warning in manifest.warnings:
        contract.check_sentence(warning, folder)


def _seeds() -> Iterator[bytes]:
    """Yield a folder, one with an old version's metadata left in it, and an environment."""
    one = {
        "pyproject.toml": PROJECT,
        "site/flask-3.1.dist-info/METADATA": METADATA % (b"flask", b"3.1"),
        "site/flask-3.1.dist-info/RECORD": RECORD % (EMPTY, b"3.1"),
        "site/flask/__init__.py": b"",
        "site/Acme_Core-2.egg-info/PKG-INFO": METADATA % (b"Acme_Core", b"2"),
    }
    yield parts.join(one)
    old = {
        "site/flask-3.0.dist-info/METADATA": METADATA % (b"flask", b"3.0"),
        "site/flask-3.0.dist-info/RECORD": RECORD % (EMPTY[:-1], b"3.0"),
    }
    yield parts.join({**one, **old})
    below = {
        path.replace("site/", "site/lib/python3.11/site-packages/"): content
        for path, content in one.items()
    }
    linked = {
        "site/pyvenv.cfg": b"home = /nowhere/bin\nversion = 3.11.7\n",
        "site/lib/python3.11/site-packages/app.pth": b"../../../../src\nimport os\n# no\n",
        "src/app.egg-info/PKG-INFO": METADATA % (b"app", b"1.0"),
    }
    yield parts.join({**below, **linked})


TARGET = Target(run=_run, seeds=_seeds, mutate=Mutation(_seeds()))
