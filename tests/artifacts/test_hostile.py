"""Hostile artifacts: one clear line and status 2, in bounded memory, and no file outside touched.

The commands run in processes of their own, whose memory the system measures.
"""

from __future__ import annotations

import gzip
import io
import json
import marshal
import os
import struct
import subprocess
import sys
import tarfile
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from hatch_sentry_modules.artifacts.containers import container
from hatch_sentry_modules.artifacts.containers.container import ArtifactError, TooMuchError
from hatch_sentry_modules.artifacts.containers.pyinstaller_file import COOKIE
from hatch_sentry_modules.artifacts.inspection import inspect
from tests.artifacts import bundled

if sys.platform == "win32":
    pytest.skip("nothing there measures a finished process", allow_module_level=True)

MOST_KILOBYTES = 200 << 10


def a_module(text: str | bytes) -> Callable[[Path], Path]:
    """Make a zip archive of a generated module."""

    def make(path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("app/_sentry_modules.py", text)
        return path

    return make


def a_hundred_million_elements(path: Path) -> Path:
    """Make a zip archive of a module that unpacks to two hundred megabytes of valid text."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file,
        file.open("_sentry_modules.py", "w") as module,
    ):
        module.write(b"MODULES = [")
        for _ in range(200):
            module.write(b"0," * 500_000)
    return path


def a_wrong_beginning(path: Path) -> Path:
    """Make what says that it is a zip archive."""
    path.write_bytes(b"PK\x03\x04" + os.urandom(5000))
    return path


def names_that_lead_out(path: Path) -> Path:
    """Make a zip archive whose names lead to the folder above."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("../outside/_sentry_modules.py", bundled.MODULE)
        file.writestr("/etc/_sentry_modules.py", bundled.MODULE)
    return path


def names_that_lead_out_of_a_tar(path: Path) -> Path:
    """Make the same as an sdist."""
    with tarfile.open(path, "w:gz") as file:
        member = tarfile.TarInfo("acme-1/../../outside/_sentry_modules.py")
        member.size = len(bundled.MODULE)
        file.addfile(member, io.BytesIO(bundled.MODULE.encode()))
    return path


def a_link_out(path: Path) -> Path:
    """Make a directory whose module is a link to a file outside, in a folder that is one, too."""
    (path.parent / "outside").mkdir()
    secret = path.parent / "outside" / "_sentry_modules.py"
    secret.write_text(bundled.MODULE, encoding="utf-8")
    path.mkdir()
    (path / "_sentry_modules.py").symlink_to(secret)
    (path / "folder").symlink_to(secret.parent)
    return path


def a_pipe(path: Path) -> Path:
    """Make a directory whose module is a pipe that nobody writes to."""
    path.mkdir()
    os.mkfifo(path / "_sentry_modules.py")
    return path


def an_encrypted_entry(path: Path) -> Path:
    """Make a zip archive that asks for a password."""
    content = bytearray(a_module(bundled.MODULE)(path).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + flags] |= 1
    path.write_bytes(content)
    return path


def ten_gigabytes(path: Path) -> Path:
    """Make a program that is ten gigabytes long, without using them."""
    with path.open("wb") as file:
        file.write(b"MZ")
        file.truncate(10 << 30)
    return path


def a_program_that_points_anywhere(path: Path) -> Path:
    """Make a program whose archive says that it lies outside the file."""
    cookie = struct.pack("!8sIIII64s", COOKIE, 0xFFFFFFF0, 0x7FFFFFF0, 0xFFFFFFF0, 311, b"")
    path.write_bytes(b"\x7fELF" + bytes(5000) + cookie)
    return path


def a_program_with_a_list_of_lists(path: Path) -> Path:
    """Make a program whose list of modules is nested, and announces two billion entries."""
    listed = b"[" + struct.pack("<i", 0x7FFFFFFF) + b"[\x01\0\0\0" * 500_000
    return bundled.make_program(path, listed)


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "wrong magic": (a_wrong_beginning, "is not a whole zip archive"),
    "names that lead out": (names_that_lead_out, "leads out of the artifact"),
    "names in a tar": (names_that_lead_out_of_a_tar, "leads out of the artifact"),
    "a link out": (a_link_out, "is a link out of the directory"),
    "a pipe": (a_pipe, "is not a regular file"),
    "encrypted": (an_encrypted_entry, "is encrypted"),
    "a hundred million written out": (a_hundred_million_elements, "is longer than"),
    "deep nesting": (a_module('{"sentry-modules": ' + "[" * 1_000_000), "no JSON document"),
    "not UTF-8": (a_module(b'{"sentry-modules": 1, "\xff"}'), "no JSON document"),
    "not a manifest": (a_module("x = 1\n"), "holds no manifest"),
    "ten gigabytes": (ten_gigabytes, "holds more than is read"),
    "a program that points anywhere": (a_program_that_points_anywhere, "is not a whole executable"),
}


LAUNCH = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_maxrss)
assert usage.ru_utime + usage.ru_stime < 10, "it took ten seconds of processor time"
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts a program from a small process: on Linux one begins with the memory of its parent."""


def measured(*arguments: str | Path) -> tuple[int, str, int]:
    """Run the command line: its status, its errors, and the most kilobytes that it held."""
    command = (sys.executable, "-m", "hatch_sentry_modules", *map(str, arguments))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCH, *command],
        capture_output=True,
        check=False,
        text=True,
    )
    most = done.stdout.split()[-1]
    assert "AssertionError" not in done.stderr, done.stderr
    return done.returncode, done.stderr, int(most) // (1024 if sys.platform == "darwin" else 1)


@pytest.mark.parametrize("name", HOSTILE)
def test_inspect_says_it_in_one_line(name: str, tmp_path: Path) -> None:
    """The line names the file and the fault, and all that lies around is as it was."""
    make, fault = HOSTILE[name]
    path = make(tmp_path / "hostile")
    before = state(tmp_path)
    status, errors, most = measured("inspect", path)
    assert status == 2, errors
    assert errors.count("\n") == 1
    assert errors.startswith("hostile: ")
    assert fault in errors
    assert most < MOST_KILOBYTES
    assert state(tmp_path) == before


def test_a_program_with_a_hostile_list(tmp_path: Path) -> None:
    """What else is in it is told, and that its modules are not."""
    found = inspect(a_program_with_a_list_of_lists(tmp_path / "hostile"))
    assert found.unread == ("PYZ.pyz: is damaged.",)


def one_list_named_often(path: Path) -> Path:
    """Make a program whose table names one long list of modules three hundred times."""
    return _named_often(path, marshal.dumps([(f"m{n}", (0, n, 7)) for n in range(20_000)]))


def one_damaged_list_named_often(path: Path) -> Path:
    """Make one whose list is four megabytes long, and damaged at its end."""
    one = b")\x02z\x01a)\x03" + (b"i" + bytes(4)) * 3
    listed = b"[" + struct.pack("<I", 190_001) + one * 190_000 + b"X"
    return _named_often(path, listed)


def _named_often(path: Path, listed: bytes) -> Path:
    content = bundled.make_program(path, listed).read_bytes()
    entry, cookie = content[-120:-88], content[-88:]
    length, offset = struct.unpack_from("!II", cookie, 8)
    table = entry * 300
    sizes = struct.pack("!III", length + len(table) - len(entry), offset, len(table))
    path.write_bytes(content[:-120] + table + cookie[:8] + sizes + cookie[20:])
    return path


def tags_that_multiply(path: Path) -> Path:
    """Make a pex that names a wheel for sixteen million systems."""
    tags = [".".join(f"{letter}{number}" for number in range(256)) for letter in "pqr"]
    table = {"distributions": {f"a-1-{'-'.join(tags)}.whl": "0"}}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("PEX-INFO", json.dumps(table))
        file.writestr("b-1.dist-info/METADATA", "Name: b\nVersion: 1\n")
    return path


def a_table_that_is_there_often(path: Path) -> Path:
    """Make a pex whose table of 45,000 wheels is there fifty times."""
    wheels = ",".join(f'"a{number}-1-b-c-d.whl":0' for number in range(45_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for _ in range(50):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of a name that is there twice
                file.writestr("PEX-INFO", f'{{"distributions":{{{wheels}}}}}')
    return path


def headers_of_digits(path: Path) -> Path:
    """Make a tar archive with extended headers that are one number each."""
    return _headers(path, b"1" * (1 << 16))


def headers_of_short_records(path: Path) -> Path:
    """Make one whose extended headers hold as many records as have room."""
    return _headers(path, b"2 " * (1 << 15))


def _headers(path: Path, body: bytes) -> Path:
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, 1 << 16
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(2000):
            file.write(member.tobuf(tarfile.USTAR_FORMAT) + body)
    return path


def compressed_in_small_parts(path: Path) -> Path:
    """Make a tar archive of five million compressed files that are empty."""
    path.write_bytes(gzip.compress(b"", mtime=0) * 5_000_000)
    return path


def packed_in_small_parts(path: Path) -> Path:
    """Make a program of Nuitka that begins three million packed files, all empty."""
    frame = b"\x28\xb5\x2f\xfd\x20\0\1\0\0"
    path.write_bytes(b"\x7fELF" + b"NUITKA_ONEFILE_PARENT\0KAY" + frame * 3_000_000)
    return path


def one_archive_by_many_names(path: Path) -> Path:
    """Make a directory in which a list of thirty megabytes has five thousand names."""
    name = bytes(60_000)
    record = struct.pack("<4s4x4H3L5H2L", b"PK\1\2", *[0] * 7, len(name), *[0] * 6) + name
    records = record * 500
    end = struct.pack("<4s8xLLH", b"PK\5\6", len(records), 4, 0)
    path.mkdir()
    (path / ".deps").mkdir()
    first = path / ".deps" / "first"
    first.write_bytes(b"PK\3\4damaged" + records[7:] + end)
    for number in range(5000):
        (path / ".deps" / str(number)).hardlink_to(first)
    return path


def metadata_in_deep_folders(path: Path) -> Path:
    """Make an archive of metadata, each below hundreds of folders of its own."""
    with zipfile.ZipFile(path, "w") as file:
        for number in range(5000):
            name = f"{number}/{'a/' * 480}a-1.dist-info/METADATA"
            file.writestr(name, "Name: a\nVersion: 1\n")
    return path


def names_that_often_lead_out(path: Path) -> Path:
    """Make a list of hundreds of thousands of modules that lie outside."""
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        for number in range(450_000):
            name = b"../%06x/_sentry_modules.py" % number
            fields = (b"PK\1\2", *[0] * 7, len(name), *[0] * 6)
            file.write(struct.pack("<4s4x4H3L5H2L", *fields) + name)
        file.write(struct.pack("<4s8xLLH", b"PK\5\6", file.tell() - 4, 4, 0))
    return path


def long_names(path: Path) -> Path:
    """Make a list of two hundred thousand entries, whose names need four bytes for each letter."""
    name = "\U0001f680".encode() + b"b" * 76
    sizes = (0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
    record = struct.pack("<4s4x4H3L5H2L", b"PK\1\2", 0x800, 0, 0, 0, *sizes) + name
    end = struct.pack("<4s8xLLH", b"PK\5\6", 200_000 * len(record), 4, 0)
    path.write_bytes(b"PK\3\4" + record * 200_000 + end)
    return path


def many_documents(path: Path) -> Path:
    """Make an archive of manifests of a megabyte each, with as many markers as have room."""
    entry = '{"name":"a%x","version":"1","marker":"os_name==\'%x\'"}'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(20):
            entries = ",".join(entry % (index, index) for index in range(18_000))
            text = f'{{"sentry-modules": 1, "n": {number}, "conditional": [{entries}]}}'
            file.writestr(f"p{number}/_sentry_modules.py", text)
    return path


def patterns_for_many_names(path: Path) -> Path:
    """Make an archive with a manifest of eighty thousand patterns, and metadata it leaves out."""
    patterns = ",".join(f'"a{number}*"' for number in range(80_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        text = f'{{"sentry-modules": 1, "modules": {{"b": "1"}}, "exclude": [{patterns}]}}'
        file.writestr("p/_sentry_modules.py", text)
        for number in range(1000):
            file.writestr(f"c{number}-1.dist-info/METADATA", f"Name: c{number}\nVersion: 1\n")
    return path


@pytest.mark.parametrize(
    "make",
    [
        one_list_named_often,
        one_damaged_list_named_often,
        tags_that_multiply,
        a_table_that_is_there_often,
        headers_of_digits,
        headers_of_short_records,
        compressed_in_small_parts,
        packed_in_small_parts,
        one_archive_by_many_names,
        metadata_in_deep_folders,
        names_that_often_lead_out,
        long_names,
        many_documents,
        patterns_for_many_names,
    ],
)
def test_what_repeats_is_bounded_as_a_whole(make: Callable[[Path], Path], tmp_path: Path) -> None:
    """It is read in ten seconds and two hundred megabytes, or refused in one line."""
    status, errors, most = measured("inspect", make(tmp_path / "hostile"))
    assert status == 0 or (status == 2 and errors.count("\n") == 1)
    assert "Traceback" not in errors
    assert most < MOST_KILOBYTES


def an_application(method: int, **files: str | bytes) -> Callable[[Path], Path]:
    """Make a zipapp out of files, whose names are given without their endings."""

    def make(path: Path) -> Path:
        with zipfile.ZipFile(path, "w", method) as file:
            file.writestr("a-1.dist-info/METADATA", "Name: a\nVersion: 1\n", zipfile.ZIP_STORED)
            for name, content in files.items():
                file.writestr({"main": "__main__.py", "table": "PEX-INFO"}[name], content)
        return path

    return make


INTO: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "a program of eight million lines": (
        an_application(zipfile.ZIP_DEFLATED, main=b"a\n" * 8_000_000),
        "--activate",
        "__main__.py: cannot be read as Python source",
    ),
    "a program in LZMA": (
        an_application(zipfile.ZIP_LZMA, main=bytes(1 << 28)),
        "--activate",
        "__main__.py: is compressed in a way that Python does not import",
    ),
    "a program in bzip2": (
        an_application(zipfile.ZIP_BZIP2, main=bytes(1 << 28)),
        "--activate",
        "__main__.py: is compressed in a way that Python does not import",
    ),
    "a table of lists": (
        an_application(zipfile.ZIP_DEFLATED, main="", table='{"a":[' + "[]," * 5_000_000 + "0]}"),
        "--format=text",
        "PEX-INFO: cannot be read",
    ),
    "a hash of one letter, and a program of it": (
        an_application(zipfile.ZIP_DEFLATED, main=b"a" * 16_000_000, table='{"code_hash":"a"}'),
        "--format=text",
        "PEX-INFO: cannot be read",
    ),
}


@pytest.mark.parametrize("name", INTO)
def test_nothing_is_put_into_what_grows(name: str, tmp_path: Path) -> None:
    """A small archive that needs much memory is refused in one line, and stays as it was."""
    make, option, fault = INTO[name]
    path = make(tmp_path / "hostile")
    before = path.read_bytes()
    status, errors, most = measured("inject", option, path)
    assert (status, errors.count("\n")) == (2, 1), errors
    assert fault in errors
    assert most < MOST_KILOBYTES
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", ["verify", "inject", "diff"])
def test_other_commands_say_it_too(command: str, tmp_path: Path) -> None:
    """A damaged archive ends each command in the same way, and stays as it was."""
    path = a_wrong_beginning(tmp_path / "hostile")
    before = path.read_bytes()
    status, errors, most = measured(command, path, *([path] if command == "diff" else []))
    assert (status, errors.count("\n")) == (2, 1)
    assert most < MOST_KILOBYTES
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["hostile"]


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("..")])
def test_folders_and_links_are_counted(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory of nothing but folders, or links to one, is bounded too."""
    monkeypatch.setattr(container, "_MOST", 1 << 20)
    folder = tmp_path / "hostile"
    folder.mkdir()
    for number in range(600):
        make(folder / str(number))
    with pytest.raises(TooMuchError, match="hostile: holds more than is read"):
        inspect(folder)


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of everything below a folder."""
    return {
        path.name: (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*")
    }


def changing(path: Path, change: Callable[[Path], None], after: int) -> Callable[[], None]:
    """Return what is called for each file that is seen, and changes the artifact at one of them."""
    counted: Iterator[int] = iter(range(1 << 30))

    def tick() -> None:
        if next(counted) == after:
            change(path)

    return tick


def cut(path: Path) -> None:
    """Make a file shorter, as a writer that begins anew does."""
    with path.open("r+b") as file:
        file.truncate(100)


def overwrite(path: Path) -> None:
    """Write something else over a file, without moving it."""
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))


@pytest.mark.parametrize("change", [cut, overwrite])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_file_that_changes_while_it_is_read(
    kind: str, change: Callable[[Path], None], tmp_path: Path
) -> None:
    """What is read is whole, or it is said that it is not; never anything made of both."""
    app = bundled.application(tmp_path / "app")
    path = tmp_path / "changing"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for number in range(200):
                file.writestr(f"first/{number}", os.urandom(2000))
            file.write(app / "acme_app" / "_sentry_modules.py", "_sentry_modules.py")
    else:
        with tarfile.open(path, "w:gz") as archive:
            archive.add(app, "app-1")
            (tmp_path / "more").write_bytes(os.urandom(400_000))
            archive.add(tmp_path / "more", "app-1/aaa")
            archive.add(app / "acme_app" / "_sentry_modules.py", "app-1/zzz/_sentry_modules.py")
    try:
        found = inspect(path, changing(path, change, 3))
    except ArtifactError:
        return
    for manifest in found.manifests:
        lines = {d.key: d.version for d in manifest.manifest.distributions}
        assert manifest.faults or lines == {**bundled.HELD, "colorama": "0.4.6"}
    assert any(not manifest.is_readable for manifest in found.manifests)


def test_a_directory_that_vanishes_while_it_is_read(tmp_path: Path) -> None:
    """A file that is gone when its turn comes is named."""
    app = bundled.application(tmp_path / "app")
    module = app / "acme_app" / "_sentry_modules.py"
    found = inspect(app, changing(module, Path.unlink, 1))
    (manifest,) = found.manifests
    assert manifest.faults == ("It cannot be read (No such file or directory).",)


def test_folders_deeper_than_python_walks(tmp_path: Path) -> None:
    """Before Python 3.12 each of them is a call of its own."""
    tmp_path.joinpath(*["d"] * 300).mkdir(parents=True)
    limit, depth = sys.getrecursionlimit(), len(traceback.extract_stack())
    is_walked = sys.version_info >= (3, 12)
    fault = "has more folders in one another than is read"
    sys.setrecursionlimit(depth + 200)
    try:
        with nullcontext() if is_walked else pytest.raises(TooMuchError, match=fault):
            inspect(tmp_path)
    finally:
        sys.setrecursionlimit(limit)
