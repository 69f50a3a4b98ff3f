"""Copies a zip file with other entries in it; what stays keeps its bytes."""

from __future__ import annotations

import copy
import struct
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

UNIX = 3
"""The system on which external attributes hold a mode, in ``ZipInfo.create_system``."""

# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7: mark, and lengths of the rest.
_HEADER = struct.Struct("<4s22xHH")
_CHUNK = 1 << 20


def rewrite(
    source: Path, target: Path, new: Mapping[str, bytes], *, before: str, like: str
) -> None:
    """Write a copy of a zip file in which entries are new or have new content.

    Every other entry is copied as it lies in the file: header, compressed bytes and all, as is
    what stands before the first entry, such as the shebang of a zipapp.

    Args:
        source: The zip file, which is only read.
        target: Where the copy goes.
        new: The content of each new entry. One that is there already is replaced in its place.
        before: The entry before which the others go.
        like: The entry whose compression and time the new ones take.

    Raises:
        BadZipFile: The list of entries points elsewhere, or entries overlap.
    """
    # Opened once: by a second time another process can have put a new file into its place.
    with source.open("rb") as raw, ZipFile(raw) as old, target.open("wb") as out:
        # What follows an entry's bytes up to the next entry, such as a data descriptor, is its own.
        starts = sorted([info.header_offset for info in old.infolist()] + [old.start_dir])
        if starts[0] < 0 or starts[-1] > old.start_dir:
            raise BadZipFile("an entry lies outside the archive")
        ends = dict(pairwise(starts))
        _copy(raw, out, 0, starts[0])
        with ZipFile(out, "w") as changed:
            changed.comment = old.comment
            template, added = old.getinfo(like), sorted(new.keys() - old.NameToInfo.keys())
            for info in old.infolist():
                for name in [*(added if info.filename == before else ()), info.filename]:
                    # What is there twice is put in once.
                    if name in new and name not in changed.NameToInfo:
                        changed.writestr(_entry(name, template), new[name])
                if info.filename not in new:
                    _append(changed, out, info, raw, ends[info.header_offset])


def _entry(name: str, like: ZipInfo) -> ZipInfo:
    entry = ZipInfo(name, like.date_time)
    entry.compress_type = like.compress_type
    entry.create_system = UNIX
    entry.external_attr = 0o100644 << 16
    return entry


def _append(changed: ZipFile, out: IO[bytes], info: ZipInfo, raw: IO[bytes], end: int) -> None:
    """Copy an entry's bytes, and list it; ``ZipFile`` itself can only compress anew."""
    if not _is_whole(info, raw, end):
        raise BadZipFile("an entry does not begin where the list says, or reaches into the next")
    out.seek(changed.start_dir)
    listed = copy.copy(info)
    listed.header_offset = changed.start_dir
    _copy(raw, out, info.header_offset, end)
    changed.start_dir = out.tell()
    changed.filelist.append(listed)
    changed.NameToInfo[listed.filename] = listed


def _is_whole(info: ZipInfo, raw: IO[bytes], end: int) -> bool:
    raw.seek(info.header_offset)
    header = raw.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(b"PK\3\4"):
        return False
    _, name, extra = _HEADER.unpack(header)
    return bool(info.header_offset + _HEADER.size + name + extra + info.compress_size <= end)


def _copy(raw: IO[bytes], out: IO[bytes], start: int, end: int) -> None:
    raw.seek(start)
    while start < end:
        chunk = raw.read(min(_CHUNK, end - start))
        if not chunk:
            raise EOFError("the archive has become shorter")
        out.write(chunk)
        start += len(chunk)
