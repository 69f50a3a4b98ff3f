"""Looking into artifacts: what every kind says, and that hostile ones end in one line."""

from __future__ import annotations

import gzip
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_sentry_modules.archives.atomic import PREFIX
from hatch_sentry_modules.artifacts import inspection
from hatch_sentry_modules.artifacts.artifact import ArtifactError
from hatch_sentry_modules.artifacts.inspection import Inspection, inspect
from tests.artifacts import bundled

MEMORY = 200 << 20

KINDS: dict[str, Callable[[Path, Path], Path]] = {
    "zipapp": lambda folder, work: bundled.make_zipapp(folder, work / "app.pyz"),
    "zip archive": lambda folder, work: bundled.make_zip(folder, work / "lambda.zip"),
    "directory": lambda folder, _: folder,
    "wheel": lambda _, work: bundled.make_wheel(work / "acme.whl"),
    "sdist": lambda _, work: bundled.make_sdist(work / "acme.tar.gz"),
}


def names(found: Inspection) -> dict[str, str]:
    """Give the unconditional entries of the only manifest."""
    (manifest,) = found.manifests
    assert manifest.place.endswith("acme_app/_sentry_modules.py")
    return {line.key: line.version for line in manifest.module.listed if line.condition == ""}


@pytest.mark.parametrize("kind", KINDS)
def test_the_manifest_in_each_kind(kind: str, tmp_path: Path) -> None:
    """Kind, manifest and the artifact's own metadata are found, whatever the file is called."""
    made = KINDS[kind](bundled.application(tmp_path / "app"), tmp_path)
    found = inspect(made.rename(tmp_path / "renamed"))
    assert found.kind == kind
    assert names(found) == bundled.HELD
    held = {h.name: h.version for h in found.held}
    assert held == ({"acme-app": "4.2.0"} if kind in {"wheel", "sdist"} else bundled.HELD)
    assert found.unread == ()


def test_all_that_a_module_says(tmp_path: Path) -> None:
    """Conditions are shown as text, and what was skipped has its reason."""
    (manifest,) = inspect(bundled.application(tmp_path / "app")).manifests
    module = manifest.module
    assert (module.format, module.source, module.project) == (1, "uv.lock", "acme-app")
    conditional = [line for line in module.listed if line.condition]
    assert [(line.key, line.version, line.condition) for line in conditional] == [
        ("colorama", "0.4.6", 'sys_platform == "win32"')
    ]
    assert list(module.skipped) == ["acme-core"]
    assert module.faults == ()


def test_nothing_is_executed(tmp_path: Path) -> None:
    """A module that would write a file if it ran is read, and the file is not there."""
    folder = bundled.application(tmp_path / "app")
    path = folder / "acme_app" / "_sentry_modules.py"
    proof = tmp_path / "ran"
    path.write_text(f"open({str(proof)!r}, 'w')\n{bundled.MODULE}x()\n", encoding="utf-8")
    (manifest,) = inspect(folder).manifests
    assert len(manifest.module.listed) == 3
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
            with pytest.raises(ArtifactError, match=r"^cut: [^\n]*\.$"):
                inspect(cut)


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
    assert "longer than" in manifest.module.faults[0]
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


def test_thousands_of_manifests(tmp_path: Path) -> None:
    """Only so many are read, and how many were not is said."""
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(inspection.MOST_MANIFESTS + 2000):
            file.writestr(f"p{number}/_sentry_modules.py", bundled.MODULE)
    found = inspect(path)
    assert len(found.manifests) == inspection.MOST_MANIFESTS
    assert found.unread == ("2000 files more were not read: it holds too many.",)


def test_a_list_of_entries_that_is_too_long(tmp_path: Path) -> None:
    """A list that would not fit into memory as objects is refused before they are made."""
    path = tmp_path / "long.zip"
    entry = b"PK\x01\x02" + bytes(42)
    count = 600_000
    size = len(entry) * count
    end = b"PK\x05\x06" + bytes(8) + size.to_bytes(4, "little") + bytes(6)
    path.write_bytes(b"PK\x03\x04" + entry * count + end)
    tracemalloc.start()
    with pytest.raises(ArtifactError, match="too many entries"):
        inspect(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEMORY


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
    assert [(m.place, m.is_readable, *m.module.faults) for m in found.manifests] == [
        ("acme_app/_sentry_modules.py", False, "It is a link out of the directory."),
        ("self/_sentry_modules.py", False, "It cannot be read (a loop)."),
    ]


def test_vendored_metadata_is_not_the_bundle_s(tmp_path: Path) -> None:
    """What a distribution carries inside itself cannot be imported by its name."""
    app = bundled.application(tmp_path / "app")
    for place in ("setuptools/_vendor", "acme_app/data"):
        bundled.application(app / place / "x")
    assert [h.place.count("/") for h in inspect(app).held] == [1, 1]


def test_what_a_killed_writer_left_is_no_manifest(tmp_path: Path) -> None:
    """A process that injects can die with half a module in a folder beside the whole one."""
    folder = bundled.application(tmp_path / "app")
    for place in (folder, folder / "acme_app"):
        (place / f"{PREFIX}x1y2z3").mkdir()
        half = place / f"{PREFIX}x1y2z3" / "_sentry_modules.py"
        half.write_text(bundled.MODULE[:100], encoding="ascii")
    for artifact in (folder, bundled.make_zip(folder, tmp_path / "app.zip")):
        assert names(inspect(artifact)) == {"acme-app": "4.2.0", "flask": "3.1.3"}
