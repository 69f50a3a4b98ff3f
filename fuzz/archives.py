"""Artifacts to begin with, and their neighbours: entries change, headers change, bytes change."""

from __future__ import annotations

import gzip
import io
import marshal
import re
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from fuzz import parts, shapes
from fuzz.mutation import altered
from hatch_sentry_modules.artifacts.containers.pyinstaller_file import COOKIE
from tests.artifacts import bundled

LONGEST = 1 << 23
"""What repeats is longer than any input of another target."""

NAMES = [
    "_sentry_modules.py", "acme/_sentry_modules.py", "acme/_sentry_modules.pyc", "PEX-INFO",
    "__main__.py", "environment.json", "_bootstrap/__init__.py", "sentry_modules/__init__.py",
    "flask-3.1.3.dist-info/METADATA", "flask-3.1.3.dist-info/WHEEL", "a.egg-info/PKG-INFO",
    "../evil.py", "/etc/evil", "META-INF/X.RSA", "a.dist-info/RECORD", "base_library.zip",
    "lib/library.zip", "pyvenv.cfg", "acme/", "x" * 1200, "a.dist-info",
    "site-packages/a.dist-info/METADATA",
]  # fmt: skip
NUMBERS = [0, 1, 2, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000]
Entries = list[tuple[str, bytes]]

_MARKS = re.compile(rb"PK\x01\x02|PK\x03\x04|PK\x05\x06|PK\x06\x06|PYZ\0|" + re.escape(COOKIE))
LINK = b"-> ../beside"
"""The content of what is a link where an artifact is written as a directory."""

METADATA = "flask-3.1.3.dist-info/METADATA"
CONTENTS = [
    b"Metadata-Version: 2.1\nName: flask\nVersion: 3.1.3\n",
    b"Name: \xc3\xa9\nVersion: 1\n\n", b"", LINK, b"-> .", b"-> /dev/null",
    b"import os\n", b"from __future__ import annotations\nx = 1", b"\\\n\\\n", b"\0",
]  # fmt: skip
PEX = b"""{"code_hash": "%s", "pex_hash": "%s", "venv": false,
"distributions": {"a-1.0-py3-none-any.whl": "x"}}""" % (b"a" * 40, b"b" * 40)


def seeds() -> Iterator[bytes]:
    """Yield small artifacts of every kind; a directory is an input of several files."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = bundled.application(work / "app")
        bare = bundled.application(work / "bare", module=False)
        for path in (
            bundled.make_zipapp(folder, work / "app.pyz"),
            bundled.make_zipapp(bare, work / "bare.pyz"),
            bundled.make_zip(folder, work / "lambda.zip"),
            bundled.make_zip(bare, work / "bare.zip"),
            bundled.make_wheel(work / "acme.whl"),
            bundled.make_sdist(work / "acme.tar.gz"),
        ):
            yield path.read_bytes()
        for root in (folder, bare):
            files = {
                p.relative_to(root).as_posix(): p.read_bytes()
                for p in root.rglob("*.*")
                if p.is_file()
            }
            yield parts.join(files)
    main = ("__main__.py", b"'''Doc.'''\nimport sys\n")
    yield zipped([("PEX-INFO", PEX), main])
    yield zipped([("_bootstrap/__init__.py", b""), ("environment.json", b"{}"), main])
    yield zipped([main, (METADATA, CONTENTS[0]), main, (METADATA, CONTENTS[0])])
    yield parts.join({"a/METADATA": LINK, "__main__.py": LINK, METADATA: CONTENTS[0]})
    compiled = bytes(16) + marshal.dumps(compile(bundled.MODULE, "_sentry_modules.py", "exec"))
    inner = zipped([("acme/_sentry_modules.pyc", compiled), (METADATA, CONTENTS[0])])
    yield inner
    yield executable(compiled)
    yield parts.join({"lib/library.zip": inner, "program": executable(compiled)})
    yield from shapes.seeds()


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Write a zip archive; without compression, so that bytes can be changed."""
    buffer = io.BytesIO(b"#!/usr/bin/env python3\n")
    buffer.seek(0, io.SEEK_END)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as file:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, content in files:
            file.writestr(name, content)
    return buffer.getvalue()


def executable(compiled: bytes) -> bytes:
    """Write what PyInstaller appends to a program: one module, in the archive of modules."""
    module = zlib.compress(compiled[16:])
    listed = _listed("acme._sentry_modules", 12, len(module))
    pyz = struct.pack("!4s4si", b"PYZ\0", compiled[:4], 12 + len(module)) + module + listed
    name = b"PYZ.pyz\0"
    table = struct.pack("!iIIIBc", 18 + len(name), 0, len(pyz), len(pyz), 0, b"z") + name
    length = len(pyz) + len(table) + 88
    cookie = struct.pack(
        "!8sIIii64s", COOKIE, length, len(pyz), len(table), 311, b"libpython3.11.so"
    )
    return b"\x7fELF" + bytes(60) + pyz + table + cookie


def _listed(name: str, start: int, length: int) -> bytes:
    """Marshal the list of one module, the same in every version of Python."""
    numbers = b"".join(b"i" + struct.pack("<i", number) for number in (0, start, length))
    entry = b")\x02" + b"z" + bytes([len(name)]) + name.encode() + b")\x03" + numbers
    return b"[" + struct.pack("<i", 1) + entry


def mutate(data: bytes, random: Random) -> bytes:
    """Return a neighbour of an artifact, or one whose numbers and names repeat without measure."""
    if not random.randrange(16):  # one takes as long as many neighbours
        return shapes.make(random)
    if data.startswith(b"--- "):
        return parts.join(dict(_entries(list(parts.split(data).items()), random)))
    if data.startswith(b"\x1f\x8b"):
        return _tar(data, random)
    entries = _read(data) if random.randrange(2) else None
    return zipped(_entries(entries, random)) if entries else _numbers(data, random)


def _read(data: bytes) -> Entries | None:
    """Return the entries of an archive; nothing of one that is damaged, or unpacks to much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if sum(info.file_size for info in file.infolist()) <= LONGEST:
                return [(info.filename, file.read(info)) for info in file.infolist()]
    except Exception:  # noqa: BLE001, S110  # as it is, bytes alone can change
        pass
    return None


def _entries(entries: Entries, random: Random) -> Entries:
    """Change, rename, double, add or leave out an entry."""
    place = random.randrange(len(entries) or 1)
    name, content = entries.pop(place) if entries else ("a", b"")
    way = random.randrange(6)
    if way == 0:
        new = []
    elif way == 1:
        new = [(random.choice(NAMES), content)]
    elif way == 2:
        new = [(name, content), (random.choice((*NAMES, name)), content)]
    elif way == 3:
        new = [(name, content), (random.choice(NAMES), random.choice(CONTENTS))]
    else:
        is_archive = content.startswith((b"#!/usr/bin/env python3\nPK", b"PK", b"\x7fELF"))
        new = [(name, mutate(content, random) if is_archive else altered(content, random))]
    return [*entries[:place], *new, *entries[place:]]


def _numbers(data: bytes, random: Random) -> bytes:
    """Exchange a number near one of the marks of a format, or anywhere."""
    changed = bytearray(data)
    marks = [found.start() for found in _MARKS.finditer(data)]
    start = random.choice(marks) + random.randrange(48) if marks and random.randrange(4) else 0
    start = start or random.randrange(len(data) or 1)
    size = random.choice((1, 2, 4))
    number = random.choice(NUMBERS) & ((1 << 8 * size) - 1)
    changed[start : start + size] = number.to_bytes(size, random.choice(("little", "big")))
    if not random.randrange(8):
        del changed[random.randrange(len(changed) or 1) :]
    return bytes(changed)


def _tar(data: bytes, random: Random) -> bytes:
    """Change the tar archive inside; a header's checksum is made right again."""
    try:
        plain = bytearray(zlib.decompressobj(31).decompress(data, LONGEST))
    except zlib.error:
        return _numbers(data, random)
    block = 512 * random.randrange(len(plain) // 512 + 1)
    field = random.choice(((0, 100), (124, 12), (156, 1), (157, 100), (257, 8), (345, 155)))
    if random.randrange(2):
        start = block + field[0]
        text = random.choice((b"0", b"7", b"x", b"g", b"L", b"5", b"\x80" + b"\xff" * 11, b"77777"))
        plain[start : start + min(field[1], len(text))] = text[: field[1]]
    else:
        plain = bytearray(altered(bytes(plain[:block]), random) + plain[block:])
    header = plain[block : block + 512]
    if len(header) == 512:
        header[148:156] = b" " * 8
        plain[block + 148 : block + 156] = b"%06o\0 " % sum(header)
    return gzip.compress(bytes(plain), 1, mtime=0)
