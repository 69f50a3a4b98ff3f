"""Distributions as an installer lays them out: files, metadata and a record of both."""

from __future__ import annotations

import marshal
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.metadata import distribution
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """A distribution, and the import packages that tell which version of it a process imports.

    ``files`` holds text, or the path of a real file or folder that is linked to.
    ``calls_itself`` is the version in the code, where that is not the distribution's.
    """

    name: str
    version: str
    files: Mapping[str, str | Path]
    imports: tuple[str, ...] = ()
    more_metadata: Mapping[str, str] = field(default_factory=dict)
    calls_itself: str = ""

    def record(self) -> Iterator[str]:
        """Return the path of every file, as an installer records it."""
        for path, content in self.files.items():
            if isinstance(content, Path) and content.is_dir():
                for file in sorted(content.rglob("*.py")):
                    yield f"{path}/{file.relative_to(content).as_posix()}"
            else:
                yield path


def library(name: str, version: str, *imports: str) -> Distribution:
    """Make a distribution whose import packages hold its version and nothing else.

    ``nsp.one`` is a part of a namespace package, and ``tool.py`` is a single module.
    """
    text = f"__version__ = {version!r}\n"
    files = {
        one if one.endswith(".py") else f"{one.replace('.', '/')}/__init__.py": text
        for one in imports
    }
    names = tuple(one.removesuffix(".py") for one in imports)
    return Distribution(name=name, version=version, files=files, imports=names)


@cache
def real(name: str) -> Distribution:
    """Return a distribution that is installed beside the tests."""
    found = distribution(name)
    version = found.version
    if name == "sentry-modules":  # it is an editable install here
        files: dict[str, str | Path] = {"sentry_modules": ROOT / "runtime" / "sentry_modules"}
    else:
        tops = {file.parts[0] for file in found.files or () if file.suffix == ".py"}
        files = {top: Path(str(found.locate_file(top))) for top in sorted(tops - {".."})}
    code = getattr(import_module(next(iter(files))), "__version__", version)
    return Distribution(
        name=name, version=version, files=files, imports=tuple(files), calls_itself=code
    )


def install(
    folder: Path, distributions: Iterable[Distribution], metadata: str = "dist-info"
) -> Path:
    """Lay distributions out in a folder, and return it.

    ``metadata`` is ``dist-info``, ``egg-info`` as Debian has it, or empty: what a bundler that
    removes metadata leaves.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for one in distributions:
        for path, content in one.files.items():
            _put(folder / path, content)
        if metadata:
            _write_metadata(folder, one, metadata)
    return folder


def _put(file: Path, content: str | Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        file.symlink_to(content)
    else:
        file.write_text(content, encoding="utf-8")


def _write_metadata(folder: Path, one: Distribution, kind: str) -> None:
    stem = f"{one.name.replace('-', '_')}-{one.version}"
    info = folder / (f"{stem}-py3.11.{kind}" if kind == "egg-info" else f"{stem}.{kind}")
    about = f"Metadata-Version: 2.1\nName: {one.name}\nVersion: {one.version}\n"
    if kind == "egg-info":
        tops = "".join(f"{name}\n" for name in dict.fromkeys(_tops(one)))
        texts = {"PKG-INFO": about, "top_level.txt": tops}
    else:
        names = ("METADATA", "WHEEL", "INSTALLER", "RECORD", *one.more_metadata)
        listed = [*one.record(), *(f"{info.name}/{name}" for name in names)]
        wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        texts = {"METADATA": about, "WHEEL": wheel, "INSTALLER": "pip\n", **one.more_metadata}
        texts["RECORD"] = "".join(f"{path},,\n" for path in listed)
    for name, text in texts.items():
        _put(info / name, text)


def _tops(one: Distribution) -> Iterator[str]:
    return (path.partition("/")[0].removesuffix(".py") for path in one.files)


def archive(folder: Path, target: Path, inside: str = "", *, lists_folders: bool = True) -> Path:
    """Put a folder into a zip file, below the folder ``inside`` of it, and return the file.

    Real distributions go in as bytecode, which spares each process their compilation. An archive
    that does not list its folders, as ``zip -D`` makes it, holds no namespace package.
    """
    with zipfile.ZipFile(target, "w") as file:
        for path in sorted(folder.rglob("*")):
            name = f"{inside}{path.relative_to(folder).as_posix()}"
            if path.is_symlink() and path.is_dir():
                for part, code in _bytecode(path.resolve()).items():
                    file.writestr(f"{name}/{part}", code)
            elif (path.is_file() or lists_folders) and "__pycache__" not in path.parts:
                file.write(path, name)
    return target


@cache
def _bytecode(package: Path) -> Mapping[str, bytes]:
    """Return the compiled modules of a package, each under its path in it."""
    head = MAGIC_NUMBER + bytes(12)
    return {
        f"{file.relative_to(package).as_posix()}c": head + marshal.dumps(_code(file))
        for file in package.rglob("*.py")
    }


def _code(file: Path) -> CodeType | None:
    return SourceFileLoader(file.stem, str(file)).get_code(file.stem)
