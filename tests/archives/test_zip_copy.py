"""A zip file is copied as it lies; only what is new is new."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import pytest

from hatch_sentry_modules.archives import zip_copy

SHEBANG = b"#!/usr/bin/env python3\n"


class Unseekable(io.BytesIO):
    """A stream such as a pipe: what is written to it has data descriptors behind its entries."""

    def seek(self, *_: int) -> int:
        """Refuse, as a pipe does."""
        raise OSError

    def tell(self) -> int:
        """Refuse, as a pipe does."""
        raise OSError


def fill(stream: io.BytesIO) -> bytes:
    """Write entries of several kinds into a stream, and give its bytes."""
    with ZipFile(stream, "w") as file:
        file.comment = b"a comment"
        for name, kind, mode in (
            ("folder/", ZIP_STORED, 0o40755),
            ("run.sh", ZIP_DEFLATED, 0o100755),
            ("größe.txt", ZIP_DEFLATED, 0o100600),
            ("last", ZIP_STORED, 0o100644),
        ):
            info = ZipInfo(name, (2001, 2, 3, 4, 5, 6))
            info.compress_type, info.external_attr = kind, mode << 16
            info.comment = name.encode()
            file.writestr(info, b"" if name.endswith("/") else name.encode() * 99)
    return stream.getvalue()


@pytest.mark.parametrize("prefix", [b"", SHEBANG], ids=["plain", "shebang"])
@pytest.mark.parametrize("stream", [io.BytesIO, Unseekable], ids=["file", "pipe"])
def test_other_entries_keep_their_bytes(
    stream: type[io.BytesIO], prefix: bytes, tmp_path: Path
) -> None:
    """All up to the new entry are the same bytes, and the rest is as readable as before."""
    source, target = tmp_path / "a.zip", tmp_path / "b.zip"
    source.write_bytes(prefix + fill(stream()))
    zip_copy.insert(source, target, {"new.py": b"x = 1\n"}, before="last", like="run.sh")
    with ZipFile(source) as old, ZipFile(target) as new:
        assert new.testzip() is None
        assert new.comment == b"a comment"
        names = old.namelist()
        assert new.namelist() == [*names[:3], "new.py", names[3]]
        until = old.getinfo("last").header_offset
        assert target.read_bytes()[:until] == source.read_bytes()[:until]
        for name in names:
            before, after = old.getinfo(name), new.getinfo(name)
            for fact in ("external_attr", "compress_type", "date_time", "comment", "flag_bits"):
                assert getattr(before, fact) == getattr(after, fact)
            assert old.read(name) == new.read(name)
        added = new.getinfo("new.py")
        assert added.date_time == (2001, 2, 3, 4, 5, 6)
        assert added.compress_type == ZIP_DEFLATED
        assert added.external_attr >> 16 == 0o100644


def test_an_entry_that_is_there_is_replaced_in_its_place(tmp_path: Path) -> None:
    """The old content is gone from the file, not only from its table."""
    source, target = tmp_path / "a.zip", tmp_path / "b.zip"
    source.write_bytes(fill(io.BytesIO()))
    zip_copy.insert(source, target, {"last": b"new"}, before="run.sh", like="run.sh")
    with ZipFile(source) as old, ZipFile(target) as new:
        assert new.namelist() == old.namelist()
        assert new.read("last") == b"new"
    assert b"lastlast" in source.read_bytes()
    assert b"lastlast" not in target.read_bytes()


def test_the_same_additions_give_the_same_bytes(tmp_path: Path) -> None:
    """Neither the clock nor the order in which new entries are given shows."""
    source = tmp_path / "a.zip"
    source.write_bytes(fill(io.BytesIO()))
    new = {"b": b"2", "a": b"1"}
    for name, content in (("one", new), ("two", dict(reversed(new.items())))):
        zip_copy.insert(source, tmp_path / name, content, before="last", like="last")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_what_is_appended_moves_nothing(tmp_path: Path) -> None:
    """All before the list is the same bytes, an entry that is replaced too."""
    source, target = tmp_path / "a.zip", tmp_path / "b.zip"
    source.write_bytes(SHEBANG + fill(io.BytesIO()))
    zip_copy.append(source, target, {"run.sh": b"new", "new.py": b"x = 1\n"})
    with ZipFile(source) as old, ZipFile(target) as new:
        start = old.start_dir
        assert new.testzip() is None
        assert new.comment == b"a comment"
        assert new.namelist() == [
            *(name for name in old.namelist() if name != "run.sh"),
            "new.py",
            "run.sh",
        ]
        assert new.read("run.sh") == b"new"
        assert [i.header_offset for i in new.infolist() if i.filename == "last"] == [
            old.getinfo("last").header_offset
        ]
    assert target.read_bytes()[:start] == source.read_bytes()[:start]


@pytest.mark.parametrize("name", [b"caf\x82.txt", b"gr\x94\xe1e.txt"])
def test_names_in_the_old_encoding_keep_their_bytes(name: bytes, tmp_path: Path) -> None:
    """A tool that reads the header of an entry and its record finds the same name in both."""
    source = tmp_path / "a.zip"
    with ZipFile(source, "w") as file:
        file.writestr("x" * len(name), b"hello")
    source.write_bytes(source.read_bytes().replace(b"x" * len(name), name))
    text = name.decode("cp437")
    zip_copy.append(source, tmp_path / "appended", {"new": b""})
    zip_copy.insert(source, tmp_path / "inserted", {"new": b""}, before=text, like=text)
    for target in (tmp_path / "appended", tmp_path / "inserted"):
        assert target.read_bytes().count(name) == 2
        with ZipFile(target) as file:
            assert file.read(text) == b"hello"


def test_an_archive_that_data_follows_is_refused(tmp_path: Path) -> None:
    """A signature behind an archive would be cut from it, or hold no more."""
    source = tmp_path / "a.zip"
    source.write_bytes(fill(io.BytesIO()) + b"SIGNATURE")
    with pytest.raises(BadZipFile, match="data follows it"):
        zip_copy.append(source, tmp_path / "b.zip", {"new": b""})


def test_an_archive_of_many_entries(tmp_path: Path) -> None:
    """The list gets the form for large archives, and says that it has one entry more."""
    source, target = tmp_path / "a.zip", tmp_path / "b.zip"
    with ZipFile(source, "w") as file:
        for number in range(0xFFFF):
            file.writestr(f"{number:x}", b"")
    zip_copy.append(source, target, {"new": b"x"})
    with ZipFile(target) as file:
        assert len(file.namelist()) == 0x10000
        assert file.read("new") == b"x"
        assert file.read("fffe") == b""
