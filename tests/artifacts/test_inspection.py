"""Looking into artifacts: what every kind says, and that hostile ones end in one line."""

from __future__ import annotations

import gzip
import io
import os
import py_compile
import re
import shutil
import struct
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_sentry_modules.archives.atomic import PREFIX
from hatch_sentry_modules.artifacts.containers.container import ArtifactError
from hatch_sentry_modules.artifacts.containers.pyinstaller_file import COOKIE
from hatch_sentry_modules.artifacts.inspection import Inspection, inspect
from hatch_sentry_modules.markers import to_marker
from hatch_sentry_modules.model import ALWAYS
from tests.artifacts import bundled

KINDS: dict[str, Callable[[Path, Path], Path]] = {
    "zipapp": lambda folder, work: bundled.make_zipapp(folder, work / "app.pyz"),
    "zip archive": lambda folder, work: bundled.make_zip(folder, work / "lambda.zip"),
    "directory": lambda folder, _: folder,
    "wheel": lambda _, work: bundled.make_wheel(work / "acme.whl"),
    "sdist": lambda _, work: bundled.make_sdist(work / "acme.tar.gz"),
    "tar archive": lambda folder, work: Path(
        shutil.make_archive(str(work / "layer"), "tar", folder)
    ),
}


def names(found: Inspection) -> dict[str, str]:
    """Return the unconditional entries of the only manifest."""
    (manifest,) = found.manifests
    assert manifest.place.endswith("acme_app/_sentry_modules.py")
    return {d.key: d.version for d in manifest.manifest.distributions if d.condition == ALWAYS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_manifest_in_each_kind(kind: str, tmp_path: Path) -> None:
    """Kind, manifest and the artifact's own metadata are found, whatever the file is called."""
    made = KINDS[kind](bundled.application(tmp_path / "app"), tmp_path)
    found = inspect(made.rename(tmp_path / "renamed"))
    assert found.kind == kind
    assert names(found) == bundled.HELD
    held = {d.name: d.version for d in found.metadata.distributions}
    assert held == ({"acme-app": "4.2.0"} if kind in {"wheel", "sdist"} else bundled.HELD)
    assert found.unread == ()


def test_all_that_a_module_says(tmp_path: Path) -> None:
    """Markers are kept, and what was skipped has its reason."""
    (found,) = inspect(bundled.application(tmp_path / "app")).manifests
    manifest = found.manifest
    assert (manifest.source, manifest.project) == ("uv.lock", "acme-app")
    conditional = [d for d in manifest.distributions if d.condition != ALWAYS]
    assert [(d.key, d.version, to_marker(d.condition)) for d in conditional] == [
        ("colorama", "0.4.6", 'sys_platform == "win32"')
    ]
    assert list(manifest.skipped) == ["acme-core"]
    assert found.faults == ()


def test_nothing_is_executed(tmp_path: Path) -> None:
    """A module that would write a file if it ran is read, and the file is not there."""
    folder = bundled.application(tmp_path / "app")
    path = folder / "acme_app" / "_sentry_modules.py"
    proof = tmp_path / "ran"
    path.write_text(f"open({str(proof)!r}, 'w')\n{bundled.MODULE}x()\n", encoding="utf-8")
    (manifest,) = inspect(folder).manifests
    assert len(manifest.manifest.distributions) == 3
    assert not proof.exists()


def test_every_cut_of_an_archive_is_one_line(tmp_path: Path) -> None:
    """An archive cut off anywhere is refused, or what is whole in it is read; never a traceback."""
    app = bundled.application(tmp_path / "app")
    (app / "padding").write_bytes(os.urandom(20_000))
    for whole in (
        bundled.make_zipapp(app, tmp_path / "whole.pyz"),
        bundled.make_sdist(tmp_path / "whole.tar.gz"),
    ):
        content = whole.read_bytes()
        # The last eight bytes of a gzip file are its checksum, behind the end of the tar file.
        cut = tmp_path / "cut"
        for size in range(0, len(content) - 8, min(1024, len(content) // 8)):
            cut.write_bytes(content[:size])
            try:
                found = inspect(cut)
            except ArtifactError as error:
                assert re.fullmatch(r"cut: [^\n]*\.", str(error))  # noqa: PT017  # or it is whole
            else:
                assert names(found) == bundled.HELD


@pytest.mark.parametrize("magic", [b"", b"PK", b"PK\x05\x06", b"\x1f\x8b", b"\x7fELF", b"text\n"])
def test_wrong_magic(magic: bytes, tmp_path: Path) -> None:
    """Only the beginning of a format is no artifact."""
    path = tmp_path / "wrong"
    path.write_bytes(magic + b"\0" * 10)
    with pytest.raises(ArtifactError):
        inspect(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A module that unpacks to a gigabyte is refused after a megabyte of it."""
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file,
        file.open("_sentry_modules.py", "w") as entry,
    ):
        for _ in range(64):
            entry.write(bytes(1 << 20))
    tracemalloc.start()
    (manifest,) = inspect(path).manifests
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "longer than" in manifest.faults[0]
    assert peak < 20 << 20


def test_a_tar_header_that_is_a_bomb(tmp_path: Path) -> None:
    """An extended header of a hundred megabytes is not held in memory."""
    path = tmp_path / "bomb.tar.gz"
    member = tarfile.TarInfo("name")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 100 << 20
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(member.tobuf())
        for _ in range(100):
            file.write(b"a" * (1 << 20))
        file.write(bytes(1024))
    tracemalloc.start()
    found = inspect(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.kind == "tar archive"
    assert peak < 20 << 20


@pytest.mark.parametrize(
    "files",
    [
        {f"p{number}/_sentry_modules.py": bundled.MODULE for number in range(4000)},
        {f"a{number}-1.dist-info/METADATA": "Name: a\nVersion: 1\n" for number in range(20_001)},
    ],
    ids=["manifests", "metadata"],
)
def test_more_than_is_read(files: dict[str, str], tmp_path: Path) -> None:
    """What would have to be left out of the answer is refused in one line."""
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    with pytest.raises(ArtifactError, match=r"^many\.zip: holds more than is read of one artifact"):
        inspect(path)


def test_a_list_of_entries_that_is_too_long(tmp_path: Path) -> None:
    """A list that would not fit into memory is refused before it is read."""
    path = tmp_path / "long.zip"
    entry = b"PK\x01\x02" + bytes(42)
    size = len(entry) * 800_000
    end = b"PK\x05\x06" + bytes(8) + size.to_bytes(4, "little") + bytes(6)
    path.write_bytes(b"PK\x03\x04" + entry * 800_000 + end)
    tracemalloc.start()
    with pytest.raises(ArtifactError, match="too long"):
        inspect(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_links_out_of_a_directory_are_not_read(tmp_path: Path) -> None:
    """A link to a file or a folder outside is not followed, a link inside is."""
    outside = bundled.application(tmp_path / "outside")
    app = bundled.application(tmp_path / "app", module=False)
    (app / "acme_app" / "_sentry_modules.py").symlink_to(
        outside / "acme_app" / "_sentry_modules.py"
    )
    (app / "more").symlink_to(outside)
    (app / "self").mkdir()
    (app / "self" / "_sentry_modules.py").symlink_to("_sentry_modules.py")
    found = inspect(app)
    loop = "a loop" if sys.version_info < (3, 13) else "Too many levels of symbolic links"
    assert [(m.place, m.is_readable, *m.faults) for m in found.manifests] == [
        ("acme_app/_sentry_modules.py", False, "It is a link out of the directory."),
        ("self/_sentry_modules.py", False, f"It cannot be read ({loop})."),
    ]
    assert found.unread == ("more: is a link out of the directory.",)


def test_vendored_metadata_is_not_the_bundle_s(tmp_path: Path) -> None:
    """What a distribution carries inside itself cannot be imported by its name."""
    app = bundled.application(tmp_path / "app")
    for place in ("setuptools/_vendor", "acme_app/data"):
        bundled.application(app / place / "x")
    found = inspect(app).metadata.distributions
    assert [d.name for d in found] == ["acme-app", "flask"]


def test_what_a_killed_writer_left_is_no_manifest(tmp_path: Path) -> None:
    """A process that injects can die with half a module in a folder beside the whole one."""
    folder = bundled.application(tmp_path / "app")
    for place in (folder, folder / "acme_app"):
        (place / f"{PREFIX}x1y2z3").mkdir()
        half = place / f"{PREFIX}x1y2z3" / "_sentry_modules.py"
        half.write_text(bundled.MODULE[:100], encoding="ascii")
    for artifact in (folder, bundled.make_zip(folder, tmp_path / "app.zip")):
        assert names(inspect(artifact)) == {"acme-app": "4.2.0", "flask": "3.1.3"}


def test_the_same_manifest_twice_is_one(tmp_path: Path) -> None:
    """A bundle holds the application's in its package and at its top; another one is another."""
    folder = bundled.application(tmp_path / "app")
    text = bundled.MODULE
    (folder / "_sentry_modules.py").write_text(text, encoding="ascii")
    py_compile.compile(str(folder / "_sentry_modules.py"), str(folder / "_sentry_modules.pyc"))
    assert [one.place for one in inspect(folder).manifests] == ["_sentry_modules.py"]
    (folder / "_sentry_modules.py").write_text(text.replace("3.1.3", "3.1.2"), encoding="ascii")
    assert len(inspect(folder).manifests) == 2


@pytest.mark.parametrize(
    "table", ["{", "[" * 100_000, '{"a": "' + "a" * (1 << 20) + '"}'], ids=range(3)
)
def test_a_table_of_a_pex_that_cannot_be_read_is_said(table: str, tmp_path: Path) -> None:
    """Nothing in it is known then, which is not the same as that it names nothing."""
    path = tmp_path / "app.pex"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("PEX-INFO", table)
    assert inspect(path).unread == ("PEX-INFO: is damaged, or too long.",)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_what_is_there_twice_the_last_counts(tmp_path: Path) -> None:
    """So it does for Python's importer, and for whoever unpacks a tar archive."""
    metadata = "a-1.dist-info/METADATA"
    texts = [f"Name: a\nVersion: {version}\n" for version in (1, 2)]
    manifests = [bundled.MODULE.replace("3.1.3", version) for version in ("3.1", "3.2")]
    with zipfile.ZipFile(tmp_path / "a", "w") as file:
        for text, module in zip(texts, manifests, strict=True):
            file.writestr(metadata, text)
            file.writestr("acme_app/_sentry_modules.py", module)
    with tarfile.open(tmp_path / "b", "w") as tar:
        for text, module in zip(texts, manifests, strict=True):
            for name, content in ((metadata, text), ("acme_app/_sentry_modules.py", module)):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content.encode("ascii")))
    for path in (tmp_path / "a", tmp_path / "b"):
        found = inspect(path)
        assert [d.version for d in found.metadata.distributions] == ["2"]
        assert names(found)["flask"] == "3.2"


@pytest.mark.parametrize("length", range(8165, 8200))
def test_metadata_that_is_cut_off_gives_no_part_of_a_version(tmp_path: Path, length: int) -> None:
    """What stands behind the first eight thousand bytes is not read, and that is said."""
    start = "Name: a\nSummary: "
    text = f"{start}{'x' * (length - len(start))}\nVersion: 1.25.3\n"
    info = tmp_path / "a-1.25.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(text, encoding="ascii")
    found = inspect(tmp_path)
    versions = [d.version for d in found.metadata.distributions]
    assert versions == ["1.25.3"] or (not versions and len(found.unread) == 1)


def test_links_in_a_tar_archive_are_said(tmp_path: Path) -> None:
    """What they lead to is not looked up, so a distribution may be missing."""
    with tarfile.open(tmp_path / "a.tar", "w") as file:
        for number, kind in enumerate((tarfile.LNKTYPE, tarfile.SYMTYPE)):
            member = tarfile.TarInfo(f"{number}-1.dist-info/METADATA")
            member.type, member.linkname = kind, "METADATA"
            file.addfile(member)
    places = [f"{number}-1.dist-info/METADATA: is a link." for number in range(2)]
    assert inspect(tmp_path / "a.tar").unread == tuple(places)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("base_library.zip", "PyInstaller directory"),
        ("_internal/base_library.zip", "PyInstaller directory"),
        ("libs/base_library.zip", "PyInstaller directory"),
        ("deep/er/base_library.zip", "directory"),
        ("lib/library.zip", "cx_Freeze directory"),
        ("Contents/Resources/lib/library.zip", "cx_Freeze directory"),
    ],
)
def test_what_a_freezer_wrote_is_known_by_its_library(
    tmp_path: Path, place: str, kind: str
) -> None:
    """It lies where an option says, and elsewhere in an application of macOS."""
    folder = bundled.application(tmp_path / "app")
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).touch()
    assert inspect(folder).kind == kind


def test_an_archive_with_the_separators_of_windows(tmp_path: Path) -> None:
    """Python imports from it there."""
    folder = bundled.application(tmp_path / "app")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            entry = zipfile.ZipInfo("x")
            entry.filename = str(file.relative_to(folder)).replace("/", "\\")
            if file.is_file():
                archive.writestr(entry, file.read_bytes())
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        assert all("/" not in entry.orig_filename for entry in archive.infolist())
    assert names(inspect(tmp_path / "app.zip")) == bundled.HELD


def test_what_lies_in_another_program_is_no_file_of_this_one(tmp_path: Path) -> None:
    """``MERGE`` leaves a reference to it, whose content is no metadata."""
    place = b"other:flask-3.1.3.dist-info/METADATA"
    for kind, unread in ((b"x", 1), (b"d", 0)):
        name = place.ljust(46, b"\0")
        entry = struct.pack("!IIIIBc", 18 + len(name), 0, 4, 4, 0, kind) + name
        length = 4 + len(entry) + 88
        cookie = struct.pack("!8sIIII64s", COOKIE, length, 4, len(entry), 311, b"libpython")
        (tmp_path / "program").write_bytes(b"\x7fELF" + b"ref." + entry + cookie)
        assert len(inspect(tmp_path / "program").unread) == unread
