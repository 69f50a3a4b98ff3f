"""The document is found by its mark in what every Python and every compiler makes of the module."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo.cache import kept_python
from demo.commands import run as start
from hatch_sentry_modules.artifacts.embedded import PACKED
from hatch_sentry_modules.artifacts.inspection import inspect
from tests.artifacts import bundled
from tests.command_line import refused, run

DOCUMENT = bundled.MODULE.split('"""')[1]


def interpreter(version: str) -> str:
    """Find a Python of this machine, on the path or where pyenv keeps them."""
    kept = (Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python")
    for path in (shutil.which(f"python{version}"), *map(str, sorted(kept))):
        if path and not subprocess.run([path, "-c", ""], check=False).returncode:
            return path
    pytest.skip(f"there is no Python {version}")


def shown(artifact: Path) -> str:
    """Return what inspect prints as JSON."""
    result = run("inspect", "--format", "json", artifact)
    assert result.exit_code == 0, result.output
    return result.stdout.removesuffix("\n")


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"])
@pytest.mark.parametrize("level", ["-O", "-OO"])
def test_bytecode_of_another_python(version: str, level: str, tmp_path: Path) -> None:
    """Compiled in place, with the source removed, it is the same document with its markers."""
    python = interpreter(version)
    app = bundled.application(tmp_path / "app")
    subprocess.run([python, level, "-m", "compileall", "-b", "-q", app], check=True)
    (app / "acme_app" / "_sentry_modules.py").unlink()
    assert shown(app) == DOCUMENT
    archive = bundled.make_zip(app, tmp_path / "app.zip")
    assert shown(archive) == DOCUMENT


def test_what_mypyc_made_of_other_projects(tmp_path: Path) -> None:
    """As many and as large as in an environment with mypy, they hide nothing."""
    app = bundled.application(tmp_path / "app")
    for number, size in enumerate((37_000_000, 5_000_000, 700_000, 700_000)):
        (app / f"{number}a__mypyc.cpython-311-x86_64-linux-gnu.so").write_bytes(bytes(size))
    assert shown(app) == DOCUMENT


def test_one_that_is_too_long_is_said(tmp_path: Path) -> None:
    """It may hold no manifest at all, so nobody can say that one is damaged."""
    site = tmp_path / "site"
    (site / "a-1.0.dist-info").mkdir(parents=True)
    (site / "a-1.0.dist-info" / "METADATA").write_text("Name: a\nVersion: 1.0\n", encoding="ascii")
    name = "4a__mypyc.cpython-311-x86_64-linux-gnu.so"
    (site / name).touch()
    os.truncate(site / name, (3 << 24) + 1)
    found = inspect(site)
    assert not found.manifests
    assert [d.name for d in found.metadata.distributions] == ["a"]
    assert found.unread == (f"{name}: is longer than {3 << 24} bytes.",)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a compiler is seldom there")
def test_an_extension_of_mypyc(tmp_path: Path) -> None:
    """Alone, or in a group of modules, of which one extension holds the texts of all."""
    for group in (["_sentry_modules.py"], ["_sentry_modules.py", "__init__.py"]):
        app = bundled.application(tmp_path / f"app{len(group)}", metadata=False)
        package = app / "acme_app"
        (package / "__main__.py").unlink()
        python = kept_python("mypyc", "mypy>=1.15", "setuptools")
        start(python, "-m", "mypyc", *(Path("acme_app", name) for name in group), folder=app)
        shutil.rmtree(app / "build")
        for name in group:
            (package / name).unlink()
        assert shown(app) == DOCUMENT


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a compiler is seldom there")
@pytest.mark.parametrize("packing", ["0", "1"])
def test_an_extension_of_cython(packing: str, tmp_path: Path) -> None:
    """Where the compiler packs its texts, which it does to long ones, inspect cannot tell."""
    python = kept_python("cython", "Cython==3.3.1", "setuptools")
    package = bundled.application(tmp_path / "app", metadata=False) / "acme_app"
    more = ",\n  ".join(f'"a-library-{number}": "1.{number}"' for number in range(400))
    text, expected = (
        whole.replace('"acme-app": "4', f'{more},\n  "acme-app": "4')
        for whole in (bundled.MODULE, DOCUMENT)
    )
    (package / "_sentry_modules.py").write_text(text, encoding="ascii")
    arguments = ("-m", "Cython.Build.Cythonize", "-i", "-3", "_sentry_modules.py")
    flags = {"CFLAGS": f"-DCYTHON_COMPRESS_STRINGS={packing}"}
    start(python, *arguments, folder=package, more=flags)
    for suffix in (".py", ".c"):
        (package / f"_sentry_modules{suffix}").unlink()
    if packing == "0":
        assert json.loads(shown(package.parent)) == json.loads(expected)
    else:
        assert refused("inspect", package.parent).endswith(PACKED)
