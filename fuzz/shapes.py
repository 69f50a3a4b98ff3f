"""Artifacts of shapes that no change of single bytes reaches: what repeats, nests and multiplies.

Each is small, and would take much memory or time where a reader does not count as a whole.
"""

from __future__ import annotations

import gzip
import io
import json
import marshal
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from random import Random

from hatch_sentry_modules.artifacts.containers.pyinstaller_file import COOKIE

MARK = b'{"sentry-modules": '
_COUNTS = (1, 2, 30, 300, 3000)
_UNPACKED = 4 << 20  # of documents in one archive; to write more takes longer than to read it
_TEXTS = ("a", "\U0001f680", "a\0b", "x" * 200, "../a", "A.b-c_d", "\x1b[31m", "")


def seeds() -> Iterator[bytes]:
    """Return one artifact of each shape."""
    for number in range(len(_SHAPES)):
        yield _SHAPES[number](Random(number))  # the same on each run


def make(random: Random) -> bytes:
    """Return an artifact of one of the shapes."""
    return random.choice(_SHAPES)(random)


def _zipped(entries: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    archive = zipfile.ZipFile(buffer, "w", method, compresslevel=1)
    with warnings.catch_warnings(), archive as file:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, content in entries:
            file.writestr(name, content)
    return buffer.getvalue()


def _document(random: Random) -> bytes:
    """Write what begins as a manifest does, and goes on as one, or as something else."""
    count = random.choice(_COUNTS)
    pair = random.choice(('"a%d": "1.%d"', '"%d": %d', '"\\u0061%d": [%d]', '"a%d": {"b": %d}'))
    many = ", ".join(pair % (number, number) for number in range(count))
    marker = random.choice(("os_name == 'a%d'", "(" * 50 + "%d", "'%d' in platform_version", "%d"))
    entry = '{"name": "a%d", "version": "1", "marker": "%s"}'
    conditional = ", ".join(entry % (number, marker % number) for number in range(count))
    name = json.dumps(random.choice(_TEXTS))
    revision = random.choice(("1", "2", "9" * 5000, "1e999", "NaN", "[1]"))
    text = random.choice(
        (
            f'1, "project": {name}, "source": {name}, "modules": {{{many}}}, "exclude": [{name}]}}',
            f'1, "modules": {{"a": "1"}}, "conditional": [{conditional}]}}',
            f'{revision}, "modules": {{{many}}}}}',
            random.choice(("[", '{"a":', '"')) * count,
            "",
        )
    )
    return random.choice((b"", b'MANIFEST = r"""', bytes(16))) + (
        (MARK + text.encode()) * random.choice((1, 1, 1, 30))
    )


def _manifests(random: Random) -> bytes:
    ending = random.choice(("py", "pyc", "so", "cpython-311-x86_64-linux-gnu.so", "pyd"))
    documents = [_document(random) for _ in range(random.choice((1, 3)))]
    count = min(random.choice(_COUNTS), _UNPACKED // max(map(len, documents)) + 1)
    return _zipped(
        (f"p{number}/_sentry_modules.{ending}", documents[number % len(documents)])
        for number in range(count)
    )


def _metadata(random: Random) -> bytes:
    deep = "/".join(["a"] * random.choice((1, 2, 400)))
    content = random.choice(
        (b"a:\n" * 20_000, b"Name: a\nVersion: 1\n", b"Name: " + b"a" * 60_000, b"\n\n", b"")
    )
    return _zipped(
        (f"{number:x}/{deep}/a-{number}.dist-info/METADATA", content)
        for number in range(random.choice(_COUNTS))
    )


def _wheel_names(random: Random) -> bytes:
    """Name wheels in PEX-INFO whose tags multiply, or that are no names, or very many."""
    tags = [".".join(f"{c}{n}" for n in range(random.choice((1, 300)))) for c in "pqr"]
    name = "-".join(["a", random.choice(("1", "1_x", "x" * 500, "1.0+b")), *tags]) + ".whl"
    many = (f"a{number}-1-b-c-d.whl" for number in range(random.choice((0, 1, 40_000))))
    wheels = dict.fromkeys([name, "a-1.whl", "", random.choice(_TEXTS), *many], "")
    lists: list[object] = [[]] * random.choice((0, 0, 3_000_000))
    hashes = {
        key: random.choice("ab") * random.choice((1, 40)) for key in ("code_hash", "pex_hash")
    }
    table = json.dumps({"distributions": wheels, "more": lists, **hashes}).encode()
    main = random.choice((b"", b"a" * (1 << 24), b"a\n" * (1 << 23)))
    return _zipped([("PEX-INFO", table)] * random.choice((1, 1, 30)) + [("__main__.py", main)])


@cache
def _bomb(method: int) -> bytes:
    main = ("__main__.py", bytes(1 << 28))
    return _zipped([("a.dist-info/METADATA", b"Name: a\nVersion: 1\n"), main], method)


def _other_methods(random: Random) -> bytes:
    """Pack a program in a way that is unpacked as a whole."""
    return _bomb(random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))


def _pax(random: Random) -> bytes:
    """Write extended headers of digits, of lengths that lead nowhere, or with a name."""
    body = random.choice(
        (b"1" * 65_536, b"11 path=a\n" * 3000, b"99999999 path=a\n", b"0 path=a\n", b"-5 path=a\n",
         b"2 " * 32_768, b"5 a=\n" * 13_107)
    )  # fmt: skip
    kind = random.choice((tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.REGTYPE))
    with io.BytesIO() as buffer:
        buffer.write(gzip.compress(b"", mtime=0) * random.choice((0, 0, 300_000)))
        with gzip.GzipFile("", "wb", 1, fileobj=buffer, mtime=0) as file:
            for _ in range(random.choice((1, 3, 200, 2000))):
                info = tarfile.TarInfo("x/PKG-INFO")
                info.type, info.size = kind, len(body)
                file.write(info.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % 512))
            file.write(bytes(1024 * random.randrange(2)))
        return buffer.getvalue()


def _listing(random: Random) -> bytes:
    """Write a list of entries alone, in which names are long and places are anywhere."""
    count = random.choice((1, 300, 60_000))
    name = (random.choice(_TEXTS) * 3 + "/_sentry_modules.py").encode()
    fields = (0x800 * random.randrange(2), random.choice((0, 8, 9, 99)), 0, 0, 0)
    sizes = (random.choice((0, 50, 0xFFFFFFFF)), random.choice((0, 1 << 30)), len(name), 0, 0)
    place = random.choice((0, 30, 0xFFFFFFFF))
    record = struct.pack("<4s4x4H3L5H2L", b"PK\1\2", *fields, *sizes, 0, 0, 0, place) + name
    records = record * count
    end = struct.pack("<4s8xLLH", b"PK\5\6", len(records), random.choice((0, 4)), 0)
    return b"PK\3\4" + records + end + random.choice((b"", b"behind"))


_MODULE = b")\x02z\x01a)\x03" + (b"i" + bytes(4)) * 3


def _program(random: Random) -> bytes:
    """Name one list of modules many times in a program of PyInstaller, or write no list at all."""
    names = [f"m{number}" for number in range(random.choice(_COUNTS))]
    listed = random.choice(
        (
            marshal.dumps([(name, (0, 0, 0)) for name in names]),
            marshal.dumps([("a._sentry_modules", (0, 0, 1 << 30))] * 50),
            marshal.dumps([[[]]] * 300),
            b"[" + struct.pack("<I", 190_001) + _MODULE * 190_000 + b"X",
            b"[" + struct.pack("<I", 0xFFFFFFFF) + b")\x02",
            b"",
        )
    )
    pyz = b"PYZ\0" + bytes(4) + struct.pack("!i", 12) + listed
    name = b"P.pyz".ljust(14, b"\0")
    entry = struct.pack("!iIIIBc", 18 + len(name), 0, len(pyz), len(pyz), 0, b"z") + name
    table = entry * random.choice((1, 20, 2000))
    length = len(pyz) + len(table) + 88
    cookie = struct.pack("!8sIIii64s", COOKIE, length, len(pyz), len(table), 311, b"libpython")
    return b"\x7fELF" + bytes(60) + pyz + table + cookie


def _nuitka(random: Random) -> bytes:
    """Write a bootstrap with many places where its files could begin, and long names."""
    name = random.choice((b"n" * 3900, b"a", b"\xf0\x9f\x9a\x80" * 900, b"\xff"))
    first = b"a\0" + random.choice((b"\0", b"\2")) + struct.pack("<Q", 4) + b"\x7fELF"
    more = (name + b"\0\0" + struct.pack("<Q", random.choice((0, 9, 1 << 40)))) * 30
    starts = b"KAX" * random.choice((1, 30)) + b"KAY\x28\xb5\x2f\xfd" * random.randrange(2)
    return b"\x7fELF" + bytes(60) + b"NUITKA_ONEFILE_PARENT" + starts + first + more + b"\0"


_SHAPES: tuple[Callable[[Random], bytes], ...] = (
    _manifests, _metadata, _wheel_names, _other_methods, _pax, _listing, _program, _nuitka,
)  # fmt: skip
