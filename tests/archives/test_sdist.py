"""Files are added to an sdist, and all else stays as the build backend made it."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from hatch_sentry_modules.archives import sdist
from hatch_sentry_modules.errors import FreezeError

LONG = "folder/" + "long" * 40 + "-größe.py"
PKG_INFO = b"Metadata-Version: 2.1\nName: Acme.App\nVersion: 1.0\n"


def make(
    path: Path, form: int = tarfile.PAX_FORMAT, names: tuple[str, ...] = ("PKG-INFO",)
) -> Path:
    """Write an sdist with some files and a fixed time in its gzip header."""
    unpacked = io.BytesIO()
    with tarfile.open(fileobj=unpacked, mode="w", format=form) as file:
        for name in (LONG, *names, "run.sh"):
            member = tarfile.TarInfo(f"acme_app-1.0/{name}")
            content = PKG_INFO if name == "PKG-INFO" else name.encode()
            member.size, member.mtime, member.mode = len(content), 1600000000, 0o755
            member.uname = "builder"
            file.addfile(member, io.BytesIO(content))
    path.write_bytes(gzip.compress(unpacked.getvalue(), mtime=1234))
    return path


def test_an_sdist_says_what_it_is(tmp_path: Path) -> None:
    """The name and the version come from PKG-INFO."""
    assert sdist.read(make(tmp_path / "a.tar.gz")) == ("Acme.App", "1.0")


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["pax", "gnu"])
def test_other_members_keep_their_bytes(form: int, tmp_path: Path) -> None:
    """The new member comes behind them, with the time and the owner of PKG-INFO."""
    source, target = make(tmp_path / "a.tar.gz", form), tmp_path / "b.tar.gz"
    sdist.add(source, target, {"_frozen.py": b"x = 1\n"})
    with tarfile.open(source) as old, tarfile.open(target) as new:
        assert new.getnames() == [*old.getnames(), "acme_app-1.0/_frozen.py"]
        added = new.getmember("acme_app-1.0/_frozen.py")
        opened = new.extractfile(added)
        assert opened is not None
        assert opened.read() == b"x = 1\n"
        assert (added.mtime, added.mode, added.uname) == (1600000000, 0o644, "builder")
        start = added.offset
    before, after = (gzip.decompress(path.read_bytes()) for path in (source, target))
    assert before[:start] == after[:start]
    assert not before[start:].strip(b"\0")
    assert source.read_bytes()[4:8] == target.read_bytes()[4:8]


def test_the_same_file_stays_and_another_is_refused(tmp_path: Path) -> None:
    """A carried module is not packed twice, and a file that is not ours is not covered."""
    source, target = make(tmp_path / "a.tar.gz"), tmp_path / "b.tar.gz"
    sdist.add(source, target, {"run.sh": b"run.sh"})
    with tarfile.open(target) as file:
        assert len(file.getnames()) == 3
    with pytest.raises(FreezeError, match=r"run\.sh: the sdist holds another file of this name"):
        sdist.add(source, target, {"run.sh": b"other"})


def test_an_sdist_without_pkg_info_is_refused(tmp_path: Path) -> None:
    """It is not an sdist, so nobody knows where its top is."""
    with pytest.raises(FreezeError, match="PKG-INFO: the sdist holds none"):
        sdist.read(make(tmp_path / "a.tar.gz", names=("folder/PKG-INFO",)))
