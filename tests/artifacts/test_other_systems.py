"""Programs of Windows and macOS, from PyInstaller's own bootloaders and by its own writers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from demo.bundles import PYINSTALLER
from demo.cache import keep, kept_python
from demo.commands import run as start
from hatch_sentry_modules.artifacts.inspection import inspect
from tests.artifacts import bundled
from tests.command_line import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("other systems")]

TOOLS = ("pip", PYINSTALLER, "macholib==1.16.4")

WRITE = """
import sys
from pathlib import Path
from PyInstaller.archive.writers import CArchiveWriter, ZlibArchiveWriter

folder, separator = Path(sys.argv[1]), sys.argv[2]
source = folder / "_sentry_modules.py"
code = {"acme_app._sentry_modules": compile(source.read_bytes(), "_sentry_modules.py", "exec")}
modules = [(name, str(source), "PYMODULE") for name in code]
ZlibArchiveWriter(str(folder / "PYZ.pyz"), [("acme_app", "-", "PYMODULE"), *modules], code)
files = {"data/_sentry_modules.py": source, "flask-3.1.3.dist-info/METADATA": folder / "METADATA"}
entries = [(n.replace("/", separator), str(path), True, "x") for n, path in files.items()]
pyz = ("PYZ.pyz", str(folder / "PYZ.pyz"), False, "z")
CArchiveWriter(str(folder / "archive.pkg"), [pyz, *entries], "python311.dll")
"""

MEND = """
import sys
from PyInstaller.utils.osx import fix_exe_for_code_signing
fix_exe_for_code_signing(sys.argv[1])
"""

COMPILED = "PYZ.pyz/acme_app/_sentry_modules.pyc"


def bootloader(platform: str, name: str) -> bytes:
    """Take a bootloader out of PyInstaller's wheel for a platform."""

    def fill(folder: Path) -> None:
        options = ("--no-deps", "--only-binary", ":all:", "--platform", platform, "-q")
        start(python(), "-m", "pip", "download", *options, "-d", folder, PYINSTALLER)

    (wheel,) = keep(f"bootloader-{platform}", (PYINSTALLER,), fill).glob("*.whl")
    with ZipFile(wheel) as file:
        return file.read(f"PyInstaller/bootloader/{name}")


def python() -> Path:
    """Return the interpreter of an environment with PyInstaller and what it needs on macOS."""
    return kept_python("other-systems", *TOOLS)


def archive(folder: Path, separator: str = "/") -> bytes:
    """Let PyInstaller write an archive that holds a manifest twice, and metadata."""
    (folder / "_sentry_modules.py").write_text(bundled.MODULE, encoding="utf-8")
    (folder / "METADATA").write_text("Name: flask\nVersion: 3.1.3\n", encoding="utf-8")
    start(python(), "-c", WRITE, folder, separator)
    return (folder / "archive.pkg").read_bytes()


def windows(folder: Path) -> bytes:
    """Make a program of Windows, which ends with a certificate."""
    program = bootloader("win_amd64", "Windows-64bit-intel/run.exe") + archive(folder, "\\")
    return program + struct.pack("<IHH", 6000, 0x0200, 2) + bytes(range(250)) * 24


def universal(folder: Path) -> bytes:
    """Make a program of macOS for two processors, signed."""
    program = bootloader("macosx_10_13_universal2", "Darwin-64bit/run") + archive(folder)
    return program + signature(len(program))


def thin(folder: Path) -> bytes:
    """Make a program of macOS for one processor, with the headers that signing needs, signed.

    PyInstaller's own function mends the headers; it refuses a program that is signed already, so
    the signature of the bootloader's first slice is not in the way.
    """
    fat = bootloader("macosx_10_13_universal2", "Darwin-64bit/run")
    slices = [struct.unpack_from(">5I", fat, 8 + 20 * number) for number in range(2)]
    _, _, begin, size, _ = slices[0]
    path = folder / "program"
    path.write_bytes(fat[begin : begin + size] + archive(folder))
    start(python(), "-c", MEND, path)
    program = path.read_bytes()
    return program + signature(len(program))


def signature(size: int) -> bytes:
    """Return what ``codesign`` appends: padding, and a table of hashes, one per four kilobytes."""
    table = b"\xfa\xde\x0c\xc0" + struct.pack(">II", 12 + size // 128, 1)
    return bytes(-size % 16) + table + bytes(index * 7 % 256 for index in range(size // 128))


@pytest.mark.parametrize("make", [windows, universal, thin])
def test_a_program_of_another_system(make: Callable[[Path], bytes], tmp_path: Path) -> None:
    """The manifest and the metadata are found, under names with slashes."""
    (tmp_path / "work").mkdir()
    path = tmp_path / "program.exe"
    path.write_bytes(make(tmp_path / "work"))
    found = inspect(path)
    assert found.kind == "PyInstaller executable"
    assert found.unread == ()
    (manifest,) = found.manifests  # the text beside it says the same
    assert manifest.place == COMPILED
    assert {d.key for d in manifest.manifest.distributions} == {*bundled.HELD, "colorama"}
    assert [(d.name, d.version) for d in found.metadata.distributions] == [("flask", "3.1.3")]
    # The metadata is that of a part, as a freezer keeps it, and what is there agrees.
    assert run("verify", path).exit_code == 0
    folder = tmp_path / "Acme.app" / "Contents" / "MacOS"
    folder.mkdir(parents=True)
    path.rename(folder / "Acme")
    inside = inspect(tmp_path / "Acme.app").manifests
    assert [manifest.place for manifest in inside] == [f"Contents/MacOS/Acme/{COMPILED}"]
