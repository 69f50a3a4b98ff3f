"""Looking into a folder that is laid out as Nuitka does; ``make test-nuitka`` has real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_sentry_modules.artifacts.inject import inject
from hatch_sentry_modules.artifacts.inspection import inspect
from hatch_sentry_modules.errors import FreezeError
from tests.artifacts import bundled

CHUNK = 1 << 20


def made(folder: Path, program: bytes) -> Path:
    """Write a folder with a program, a library beside it, and a manifest."""
    folder.mkdir()
    (folder / "app.bin").write_bytes(b"\x7fELF" + program)
    (folder / "libpython3.11.so.1.0").write_bytes(b"\x7fELF" + bytes(100))
    (folder / "_sentry_modules.py").write_text(bundled.MODULE, encoding="utf-8")
    return folder


@pytest.mark.parametrize("before", [100, CHUNK - 10, 3 * CHUNK])
def test_the_kind_and_the_manifest(before: int, tmp_path: Path) -> None:
    """The program tells the kind, wherever its mark stands; the manifest lies beside it."""
    program = bytes(before) + b"nuitka_module_loader" + bytes(100)
    found = inspect(made(tmp_path / "app.dist", program))
    assert found.kind == "Nuitka directory"
    assert [manifest.place for manifest in found.manifests] == ["_sentry_modules.py"]
    assert found.unread == ()


def test_nothing_is_injected(tmp_path: Path) -> None:
    """What is compiled would not look for it."""
    folder = made(tmp_path / "app.dist", b"nuitka_module_loader")
    with pytest.raises(FreezeError, match="of the kind 'Nuitka directory'"):
        inject(folder, folder)


def test_the_program_alone_is_not_read(tmp_path: Path) -> None:
    """A single file is packed: it says where to look instead."""
    made(tmp_path / "app.dist", b"NUITKA_ONEFILE_PARENT")
    found = inspect(tmp_path / "app.dist" / "app.bin")
    assert found.kind == "Nuitka executable"
    assert found.unread == ("app.bin: is compiled; look into the folder *.dist that Nuitka made.",)


def test_another_program_says_nothing(tmp_path: Path) -> None:
    """A folder with some other program is a directory."""
    assert inspect(made(tmp_path / "app.dist", bytes(3 * CHUNK))).kind == "directory"
