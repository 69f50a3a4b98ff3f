"""Looking into what is laid out as Nuitka does; ``make test-nuitka`` has what it really made."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import pytest

from hatch_sentry_modules.archives.atomic import PREFIX
from hatch_sentry_modules.artifacts.containers import nuitka_program
from hatch_sentry_modules.artifacts.inject.injection import inject
from hatch_sentry_modules.artifacts.inspection import inspect
from hatch_sentry_modules.errors import FreezeError
from tests.artifacts import bundled

if sys.version_info >= (3, 14):
    from compression.zstd import compress
else:
    from zstandard import compress

CHUNK = 1 << 20
ELF = b"\x7fELF"


def made(folder: Path, program: bytes) -> Path:
    """Write a folder with a program, a library beside it, and a manifest."""
    folder.mkdir()
    (folder / "app.bin").write_bytes(ELF + program)
    (folder / "libpython3.11.so.1.0").write_bytes(ELF + bytes(100))
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


def test_a_program_that_a_killed_writer_left_is_passed_over(tmp_path: Path) -> None:
    """It is in a folder of ours that is looked into no further."""
    folder = bundled.application(tmp_path / "app")
    left = folder / f"{PREFIX}x1y2z3" / "MacOS"
    left.mkdir(parents=True)
    document = bundled.MODULE.split('"""')[1].encode("ascii")
    (left / "app").write_bytes(ELF + b"nuitka_module_loader" + document.replace(b"3.1.3", b"3"))
    found = inspect(folder)
    assert [one.place for one in found.manifests] == ["acme_app/_sentry_modules.py"]
    assert found.unread == ()


def test_nothing_is_injected(tmp_path: Path) -> None:
    """What is compiled would not look for it."""
    folder = made(tmp_path / "app.dist", b"nuitka_module_loader")
    with pytest.raises(FreezeError, match="cannot inject into a Nuitka directory"):
        inject(folder, folder)


def test_the_program_alone_says_nothing(tmp_path: Path) -> None:
    """Without its folder it is known, and says where to look instead."""
    made(tmp_path / "app.dist", b"nuitka_module_loader")
    found = inspect(tmp_path / "app.dist" / "app.bin")
    assert found.kind == "Nuitka executable"
    assert found.unread == ("app.bin: is compiled: look into the folder that it belongs to.",)


def test_another_program_says_nothing(tmp_path: Path) -> None:
    """A folder with some other program is a directory."""
    assert inspect(made(tmp_path / "app.dist", bytes(3 * CHUNK))).kind == "directory"


def packed(magic: bytes = ELF, *, has_checksums: bool = False) -> bytes:
    """Write files one behind the other as Nuitka does; systems differ, and so do its options."""
    is_wide = magic != ELF
    encoding = "utf-16-le" if is_wide else "utf-8"
    files = {"app.bin": magic + bytes(2 * CHUNK), "_sentry_modules.py": bundled.MODULE.encode()}
    data = b""
    for name, content in files.items():
        flags = b"" if is_wide else b"\1"
        checksum = zlib.crc32(content).to_bytes(4, "little") if has_checksums else b""
        size = len(content).to_bytes(8, "little")
        data += f"{name}\0".encode(encoding) + flags + size + checksum + content
    if not is_wide:
        data += b"libz.so\0\2libz.so.1\0"
    return data + "\0".encode(encoding)


def single(
    path: Path, files: bytes, magic: bytes = ELF, kind: bytes = b"X", more: bytes = b""
) -> Path:
    """Write a bootstrap in which another text looks like the beginning of the files."""
    mark = b"NUITKA_ONEFILE_PARENT\0KAXYZ\0"
    path.write_bytes(magic + mark + bytes(CHUNK) + b"KA" + kind + files + more)
    return path


@pytest.mark.parametrize("has_checksums", [False, True])
@pytest.mark.parametrize("magic", [ELF, b"MZ\0\0"])
@pytest.mark.parametrize("kind", [b"X", b"Y"])
def test_the_manifest_in_a_single_file(
    has_checksums: bool, magic: bytes, kind: bytes, tmp_path: Path
) -> None:
    """It is read on any system, packed or not, and nothing is unpacked to disk."""
    files = packed(magic, has_checksums=has_checksums)
    if kind == b"Y":
        files = compress(files)
    found = inspect(single(tmp_path / "app.bin", files, magic, kind, bytes(8)))
    assert found.kind == "Nuitka executable"
    (manifest,) = found.manifests
    assert {d.key: d.version for d in manifest.manifest.distributions} == {
        **bundled.HELD,
        "colorama": "0.4.6",
    }
    assert found.unread == ()


@pytest.mark.parametrize("kind", [b"X", b"Y"])
def test_a_single_file_that_is_cut_off(kind: bytes, tmp_path: Path) -> None:
    """The manifest in it is read whole, or it is said that there is none to be read."""
    files = packed()
    if kind == b"Y":
        files = compress(files)
    for size in range(0, len(files) - 1, len(files) // 20):
        found = inspect(single(tmp_path / "app.bin", files[:size], kind=kind))
        for one in found.manifests:
            listed = {d.key for d in one.manifest.distributions}
            assert not one.is_readable or listed == {*bundled.HELD, "colorama"}
        assert found.manifests or found.unread


def test_the_manifest_that_was_compiled(tmp_path: Path) -> None:
    """Where its module is in the program, the program's bytes hold the document."""
    folder = made(tmp_path / "app.dist", b"nuitka_module_loader" + bundled.MODULE.encode())
    (folder / "_sentry_modules.py").unlink()
    found = inspect(folder)
    assert found.kind == "Nuitka directory"
    assert [manifest.place for manifest in found.manifests] == ["app.bin/_sentry_modules.py"]


def test_what_cannot_be_unpacked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can unpack it, the remedy is named."""
    for name in ("compression.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    files = compress(packed())
    found = inspect(single(tmp_path / "app.bin", files, kind=b"Y"))
    assert found.unread == (f"app.bin: {nuitka_program.UNREADABLE}.",)
