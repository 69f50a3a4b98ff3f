"""``inject``: the artifact holds what was put in and all that it held, or is as it was.

Nothing outside its folder is touched, and nothing is left beside it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from packaging.utils import NormalizedName

from fuzz import archives, contract
from fuzz.targets import Target
from fuzz.targets.inspect import write
from fuzz.watch import only_inside
from hatch_sentry_modules import layout, render
from hatch_sentry_modules.artifacts.containers.zip_file import METHODS
from hatch_sentry_modules.artifacts.inject.injection import inject
from hatch_sentry_modules.artifacts.inspection import inspect
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Distribution, Manifest

_LARGE = 1 << 24

CHANGED = {layout.FILE_NAME, "__main__.py", "PEX-INFO"}
"""What may be another file afterwards, beside the run-time package."""


def _run(data: bytes) -> None:
    way = zlib.crc32(data)
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("error")  # one would be printed before the message
        folder = Path(name)
        (folder / "beside").mkdir()
        path = write(data, folder)
        out = folder / "out" if way & 1 else path
        before, outside = _content(folder), list[str]()
        try:
            with only_inside(outside, folder):
                frozen = _frozen if way & 4 else None
                manifest = inject(path, out, frozen, activate=bool(way & 2)).manifest
        except FreezeError as error:
            contract.check_error(error, folder)
            contract.check(_content(folder) == before, "an error left another file", error)
        else:
            _check(before, path, out, manifest)
        contract.check(not outside, f"touched {outside}")


def _frozen() -> Manifest:
    """Return what a lock file would; without it, what is in the artifact decides."""
    return Manifest(
        project=NormalizedName("acme-app"),
        source="uv.lock",
        distributions=(Distribution(name=NormalizedName("flask"), version="3.1.3"),),
    )


def _check(before: Mapping[str, bytes], path: Path, out: Path, manifest: Manifest | None) -> None:
    after = _content(path.parent)
    if manifest is None:
        return
    kept = {name: data for name, data in before.items() if out != path or not _is_ours(name)}
    contract.check(kept.items() <= after.items() or path.is_file(), "another file changed")
    found = [m for m in inspect(out).manifests if m.place == layout.FILE_NAME]
    contract.check(len(found) == 1, f"{len(found)} manifests")
    listed = {(d.key, d.version) for d in manifest.distributions}
    contract.check(
        {(d.key, d.version) for d in found[0].manifest.distributions} == listed, "another list"
    )
    if out.is_file():
        _check_entries(before["artifact"], out, render.to_python(manifest))
    contract.check(inject(out, out, lambda: manifest).manifest is None, "put in twice")


def _is_ours(name: str) -> bool:
    place = name.partition("/")[2]
    return not place or place in CHANGED or place.startswith("sentry_modules/")


def _check_entries(old: bytes, out: Path, text: str) -> None:
    """Hold that every entry that could be read can be, and says the same."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(old)
        file.flush()
        before, after = _entries(Path(file.name)), _entries(out)
    contract.check(after.get(layout.FILE_NAME) == _digest(text.encode()), "another module")
    for name, content in before.items():
        if name not in CHANGED and not name.startswith("sentry_modules/"):
            contract.check(after.get(name) == content, f"{name!a} changed")


def _entries(path: Path) -> dict[str, bytes]:
    found = {}
    with zipfile.ZipFile(path) as file:
        for info in file.infolist():
            with suppress(Exception):  # an entry of no use before and after
                found[info.filename] = _content_of(file, info)
    return found


def _content_of(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    # What an archive unpacks to is more than the product may take.
    if info.file_size > _LARGE or info.compress_type not in METHODS:
        return f"{info.CRC} {info.file_size}".encode()
    return _digest(file.read(info))


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _content(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder; a link is what it says, and leads nowhere."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        else:
            content = path.read_bytes() if path.is_file() else b""
        found[path.relative_to(folder).as_posix()] = content
    return found


TARGET = Target(run=_run, seeds=archives.seeds, mutate=archives.mutate, longest=archives.LONGEST)
