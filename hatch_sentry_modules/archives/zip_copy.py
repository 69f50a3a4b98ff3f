"""Copies a zip archive with other entries in it; what stays keeps its bytes."""

import io
import struct
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from hatch_sentry_modules.archives import zip_directory
from hatch_sentry_modules.archives.zip_directory import Directory, Entry

UNIX = 3
"""The system on which external attributes hold a mode, in ``ZipInfo.create_system``."""

_HEADER = struct.Struct("<4s22xHH")
_OFFSET = slice(42, 46)
"""Where the offset of the header stands in a record of the list."""

_NARROW, _WIDE = 0xFFFF, 0xFFFFFFFF
_CHUNK = 1 << 20
_MAIN = "__main__.py"


def append(source: Path, target: Path, new: Mapping[str, bytes]) -> None:
    """Write a copy of an archive with entries, like its start-up file, behind all that it holds.

    Every byte before the list stays: a program that runs from it can import later. Raises
    ``BadZipFile`` where the list is damaged, or data follows the archive, such as a signature.
    """
    with source.open("rb") as raw, target.open("wb") as out:
        listed = zip_directory.read(raw)
        if listed.is_followed:
            raise BadZipFile("data follows it, such as a signature, which would no longer fit")
        if any(entry.start >= listed.start for entry in listed.entries()):
            raise BadZipFile("an entry lies outside the archive")
        _copy(raw, out, 0, listed.start)
        first = next(listed.entries())
        template = next((entry for entry in listed.entries() if entry.name == _MAIN), first)
        added = [_added(out, listed.shift, name, new[name], template) for name in sorted(new)]
        kept = (entry.record for entry in listed.entries() if entry.name not in new)
        _finish(out, listed, chain(kept, added))


def insert(source: Path, target: Path, new: Mapping[str, bytes], *, before: str, like: str) -> None:
    """Write a copy of an archive in which entries are replaced, or are new before another one.

    Raises ``BadZipFile`` where the list is damaged or points elsewhere, or entries overlap.
    """
    with source.open("rb") as raw, target.open("wb") as out:
        listed = zip_directory.read(raw)
        entries = list(listed.entries())
        # What follows an entry's bytes up to the next entry, such as a data descriptor, is its own.
        starts = sorted([*(entry.start for entry in entries), listed.start])
        if starts[0] < 0 or starts[-1] > listed.start:
            raise BadZipFile("an entry lies outside the archive")
        ends = dict(pairwise(starts))
        _copy(raw, out, 0, starts[0])
        template = next(entry for entry in entries if entry.name == like)
        added = sorted(new.keys() - {entry.name for entry in entries})
        left, records = dict(new), []
        for entry in entries:
            for name in (*(added if entry.name == before else ()), entry.name):
                content = left.pop(name, None)  # what is there twice is put in once
                if content is not None:
                    records.append(_added(out, listed.shift, name, content, template))
            if entry.name not in new:
                records.append(_moved(entry, out.tell() - listed.shift))
                _copy_entry(raw, out, entry, ends[entry.start])
        _finish(out, listed, records)


def _added(out: IO[bytes], shift: int, name: str, content: bytes, like: Entry) -> bytes:
    """Write one entry, and return its record."""
    time, date = struct.unpack_from("<HH", like.record, 12)
    day = (1980 + (date >> 9), date >> 5 & 15, date & 31)
    info = ZipInfo(name, (*day, time >> 11, time >> 5 & 63, time << 1 & 63))
    info.compress_type = ZIP_STORED if like.method == ZIP_STORED else ZIP_DEFLATED
    info.create_system = UNIX
    info.external_attr = 0o100644 << 16
    alone = io.BytesIO()
    with ZipFile(alone, "w") as file:
        file.writestr(info, content)
    listed = zip_directory.read(alone)
    record = _moved(next(listed.entries()), out.tell() - shift)
    out.write(alone.getvalue()[: listed.start])
    return record


def _moved(entry: Entry, at: int) -> bytes:
    """Return an entry's record with another place."""
    if at >= _WIDE or entry.record[_OFFSET] == b"\xff\xff\xff\xff":
        raise BadZipFile("it is larger than 4 GiB")
    return entry.record[: _OFFSET.start] + struct.pack("<L", at) + entry.record[_OFFSET.stop :]


def _copy_entry(raw: IO[bytes], out: IO[bytes], entry: Entry, end: int) -> None:
    raw.seek(entry.start)
    header = raw.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(b"PK\3\4"):
        raise BadZipFile("an entry does not begin where the list says")
    _, name, extra = _HEADER.unpack(header)
    if entry.start + _HEADER.size + name + extra + entry.packed > end:
        raise BadZipFile("an entry reaches into the next")
    _copy(raw, out, entry.start, end)


def _finish(out: IO[bytes], listed: Directory, records: Iterable[bytes]) -> None:
    """Write the list, and what says where it is."""
    start, count = out.tell() - listed.shift, 0
    for count, record in enumerate(records, 1):  # noqa: B007  # counted, and written
        out.write(record)
    end = out.tell() - listed.shift
    size = end - start
    if count >= _NARROW or end >= _WIDE:
        fields = (b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
        out.write(struct.pack("<4sQ2H2L4Q", *fields))
        out.write(struct.pack("<4sLQL", b"PK\6\7", 0, end, 1))
    count = min(count, _NARROW)
    places = (min(size, _WIDE), min(start, _WIDE), len(listed.comment))
    out.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, *places) + listed.comment)


def _copy(raw: IO[bytes], out: IO[bytes], start: int, end: int) -> None:
    raw.seek(start)
    while start < end:
        chunk = raw.read(min(_CHUNK, end - start))
        if not chunk:
            raise BadZipFile("it has become shorter")
        out.write(chunk)
        start += len(chunk)
