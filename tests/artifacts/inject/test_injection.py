"""Injecting: what is put in, what stays byte for byte, what is refused."""

from __future__ import annotations

import ast
import json
import os
import stat
import struct
import subprocess
import sys
import zipapp
import zlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zipimport import zipimporter

import pytest

from hatch_sentry_modules.archives import zip_copy
from hatch_sentry_modules.artifacts.inject.start_line import with_line
from hatch_sentry_modules.errors import FreezeError
from tests.artifacts import bundled
from tests.command_line import refused, run
from tests.environments import listed

MAIN = b"""\
'''Prints what it is told.'''
from __future__ import annotations
import sys
from importlib.metadata import version

print(__doc__, version("greet"), sys.argv[1:])
"""

FILES = {
    "__main__.py": MAIN,
    "greet/__init__.py": b"",
    "greet-1.2.dist-info/METADATA": b"Metadata-Version: 2.1\nName: Greet\nVersion: 1.2\n",
    "old_name-3.dist-info/METADATA": b"Metadata-Version: 2.1\nName: old.name\nVersion: 3\n",
}

LISTED = {"greet": "1.2", "old-name": "3"}


def write(path: Path, files: Mapping[str, bytes] = FILES, start: bytes = b"") -> Path:
    """Write a zip archive in which every entry has its own time, mode and compression."""
    with path.open("wb") as out:
        out.write(start)
        with ZipFile(out, "w") as file:
            file.comment = b"made by hand"
            for index, (name, content) in enumerate(files.items()):
                entry = ZipInfo(name, (1999, 1, 1 + index, 0, 0, 0))
                entry.external_attr = (0o100600 + index) << 16
                entry.compress_type = ZIP_DEFLATED * (index % 2)
                file.writestr(entry, content)
    return path


def entries(path: Path) -> list[tuple[str, bytes, tuple[object, ...]]]:
    """Return each entry's name, its bytes as they lie in the file, and its line in the list."""
    raw = path.read_bytes()
    with ZipFile(path) as file:
        ends = dict(pairwise(sorted([*(i.header_offset for i in file.infolist()), file.start_dir])))
        return [
            (
                info.filename,
                raw[info.header_offset : ends[info.header_offset]],
                (info.date_time, info.external_attr, info.compress_type, info.create_system),
            )
            for info in file.infolist()
        ]


def modules(text: bytes) -> dict[str, str]:
    """Execute a generated module, which says that it was injected, and give its table."""
    namespace: dict[str, object] = {}
    exec(text, namespace)  # noqa: S102 - the application does the same
    assert b'"injected": true' in text
    return listed(namespace)


def injected(*arguments: str | Path) -> str:
    """Inject, and give what was said."""
    result = run("inject", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_all_else_stays_as_it_is(tmp_path: Path) -> None:
    """Shebang, comment, order, bytes, times and modes are kept, and so is the file's own mode."""
    shebang = b"#!/usr/bin/env python3\n"
    path = write(tmp_path / "app.pyz", start=shebang)
    path.chmod(0o740)
    before = entries(path)
    assert injected(path) == "app.pyz: put in 2 distributions from metadata\n"
    after = entries(path)
    assert [entry for entry in after if entry in before] == before
    assert [name for name, *_ in after if name not in FILES] == ["_sentry_modules.py"]
    assert path.read_bytes().startswith(shebang + b"PK\x03\x04")
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o740
    with ZipFile(path) as file:
        assert file.testzip() is None
        assert file.comment == b"made by hand"
        assert modules(file.read("_sentry_modules.py")) == LISTED


def test_the_start_up_line_comes_first_and_shows_the_stripped_versions(tmp_path: Path) -> None:
    """The program keeps its docstring and finds versions for which it holds no metadata."""
    path = write(tmp_path / "app.pyz")
    (tmp_path / "requirements.txt").write_text("greet==1.2\n", encoding="utf-8")
    stripped = {name: FILES[name] for name in FILES if "dist-info" not in name}
    write(path, stripped)
    assert "Name the lock file with --source." in refused("inject", path)
    injected("--activate", "--source", tmp_path / "requirements.txt", path)
    command = [sys.executable, "-I", str(path), "hello"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert output == "Prints what it is told. 1.2 ['hello']\n"
    with ZipFile(path) as file:
        listed = modules(file.read("_sentry_modules.py"))
    assert listed.keys() == {"greet", "sentry-modules"}


@pytest.mark.parametrize("options", [[], ["--activate"]])
def test_a_second_time_changes_nothing(options: list[str], tmp_path: Path) -> None:
    """The same bytes come out of the same archive, and nothing of a second injection."""
    path = write(tmp_path / "app.pyz")
    copy = tmp_path / "copy.pyz"
    original = path.read_bytes()
    injected(*options, path, "-o", copy)
    assert path.read_bytes() == original
    injected(*options, path)
    assert path.read_bytes() == copy.read_bytes() != original
    assert injected(*options, path) == "app.pyz: nothing to change\n"
    assert path.read_bytes() == copy.read_bytes()
    # What is active stays so, and the manifest still lists what makes it so.
    assert injected(path) == "app.pyz: nothing to change\n"


def test_a_directory_is_changed_in_place_or_copied(tmp_path: Path) -> None:
    """Only the files that are put in are touched."""
    folder = tmp_path / "app"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    injected("--activate", folder, "-o", tmp_path / "copy")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*")} >= FILES.keys()
    assert not (folder / "_sentry_modules.py").exists()
    injected("--activate", folder)
    for place in (folder, tmp_path / "copy"):
        found = {p.relative_to(place).as_posix(): p for p in place.rglob("*") if p.is_file()}
        assert {name for name in found if "/" not in name} == {"__main__.py", "_sentry_modules.py"}
        assert "sentry_modules/integration.py" in found
        assert all(found[n].read_bytes() == FILES[n] for n in FILES if n != "__main__.py")
        assert modules(found["_sentry_modules.py"].read_bytes()).keys() > LISTED.keys()
    assert "is there already. Choose another --output." in refused(
        "inject", "--activate", folder, "-o", tmp_path / "copy"
    )


def test_what_is_held_twice_is_skipped(tmp_path: Path) -> None:
    """Of two versions none is guessed."""
    twice = {**FILES, "greet-1.1.dist-info/METADATA": b"Name: greet\nVersion: 1.1\n"}
    path = write(tmp_path / "app.zip", twice)
    said = run("inject", path).stderr
    assert "app.zip: greet is left out: the artifact holds the metadata of several" in said
    with ZipFile(path) as file:
        text = file.read("_sentry_modules.py")
    assert modules(text) == {"old-name": "3"}
    assert b'{"name": "greet", "reason": "the artifact holds the metadata of several' in text


def test_a_pex_says_that_its_content_is_another(tmp_path: Path) -> None:
    """It is unpacked once for each hash, in its table and in its start-up file."""
    old = "0a1b2c3d" * 5
    table = {"code_hash": "77aa" * 10, "pex_hash": old, "requirements": ["greet"], "venv": False}
    main = MAIN + f"boot(pex_hash={old!r})\n".encode()
    pex = {**FILES, "__main__.py": main, "PEX-INFO": json.dumps(table).encode()}
    path = write(tmp_path / "app.pex", pex)
    assert "app.pex: PEX-INFO: its hashes are new" in run("inject", path).stderr
    with ZipFile(path) as file:
        new = json.loads(file.read("PEX-INFO"))
        assert file.read("__main__.py") == main.replace(old.encode(), new["pex_hash"].encode())
    assert new == {**table, "code_hash": new["code_hash"], "pex_hash": new["pex_hash"]}
    assert old != new["pex_hash"] != new["code_hash"] != "77aa" * 10
    again = path.read_bytes()
    assert injected(path) == "app.pex: nothing to change\n"
    assert path.read_bytes() == again


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"META-INF/APP.SF": b""}, "META-INF: it is signed"),
        ({"_sentry_modules.py": b"MODULES = {}\n"}, "_sentry_modules.py: is another module"),
        ({"__main__.py": b"print 'hello'\n"}, "__main__.py: cannot be read as Python source"),
        ({"__main__.py": b"(" * 5000}, "__main__.py: cannot be read as Python source"),
        ({"PEX-INFO": b"[]"}, "PEX-INFO: cannot be read"),
        ({"PEX-INFO": b"[" * 100_000}, "PEX-INFO: cannot be read"),
        ({"PEX-INFO": b'{"pex_hash": 5}'}, "PEX-INFO: cannot be read"),
        ({"PEX-INFO": b'{"pex_hash": "a"}'}, "PEX-INFO: cannot be read"),
        ({"PEX-INFO": b'{"venv": true}'}, "PEX-INFO: it makes a virtual environment of itself"),
        ({"__main__.py": None}, "__main__.py: is not there, so nothing starts this program"),
    ],
)
def test_what_leaves_no_room_is_refused(
    changes: dict[str, bytes | None], message: str, tmp_path: Path
) -> None:
    """There is one line, and the archive stays as it was."""
    files = {n: c for n, c in {**FILES, **changes}.items() if c is not None}
    path = write(tmp_path / "app.pyz", files)
    before = path.read_bytes()
    assert refused("inject", "--activate", path).startswith(f"app.pyz: {message}")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["app.pyz"]


def test_what_another_tool_builds_is_refused(tmp_path: Path) -> None:
    """A wheel's RECORD names all of its files, and its build is the place for the manifest."""
    wheel = {"greet-1.2.dist-info/WHEEL": b"", **FILES}
    del wheel["__main__.py"], wheel["old_name-3.dist-info/METADATA"]
    path = write(tmp_path / "greet.whl", wheel)
    assert "cannot inject into a wheel" in refused("inject", path)


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    """Wherever it is cut off there is one line and nothing is written."""
    whole = write(tmp_path / "whole.pyz").read_bytes()
    path = tmp_path / "app.pyz"
    for end in range(0, len(whole), 61):
        path.write_bytes(whole[:end])
        refused("inject", path)
        assert path.read_bytes() == whole[:end]


@pytest.mark.skipif(os.name == "nt", reason="making links needs a right there")
def test_nothing_outside_a_directory_is_written(tmp_path: Path) -> None:
    """A link that leads out of it is not followed."""
    outside = tmp_path / "outside.py"
    outside.write_bytes(MAIN)
    folder = tmp_path / "app"
    (folder / "greet-1.2.dist-info").mkdir(parents=True)
    metadata = "greet-1.2.dist-info/METADATA"
    (folder / metadata).write_bytes(FILES[metadata])
    (folder / "__main__.py").symlink_to(outside)
    assert "__main__.py: leads out of the directory" in refused("inject", "--activate", folder)
    assert outside.read_bytes() == MAIN


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"# -*- coding: latin-1 -*-\n# \xe9\n", b"print('\xe9')\n"),
        (b"'doc'; from __future__ import annotations; x = 1\n", b"y = 2\n"),
        (
            b"'''doc\nstring'''\r\nfrom __future__ import (\n  annotations,\n)\n",
            b"@f\ndef g(): 0\n",
        ),
        (b"#!/usr/bin/python\n\n", b"@(\n  f)\nclass G: 0\n"),
        (b"from __future__ import annotations", b""),
        (b"\xef\xbb\xbf'doc'\r\n", b"x = 1\r\n"),
        (b"\xef\xbb\xbf", b"x = 1\n"),
        (b"'doc'; x = (\n1)\n", b"y = 2\n"),
        (b"\n# why\n", b"(\nprint)(\n1)\n"),
    ],
)
def test_the_line_stands_before_the_first_statement(before: bytes, after: bytes) -> None:
    """Docstring, declared encoding and future imports stay what they are."""
    result = with_line("app.pyz", before + after)
    assert result.startswith(before)
    assert result.endswith(after)
    line = result[len(before) : len(result) - len(after)].strip()
    assert line.startswith(b'__import__("sentry_modules").activate("_sentry_modules")')
    old, new = ast.parse(before + after), ast.parse(result)
    assert ast.get_docstring(old) == ast.get_docstring(new)
    assert len(new.body) == len(old.body) + 1
    assert with_line("app.pyz", result) == result


def test_what_compiles_no_more_is_not_written() -> None:
    """A file that is no source is refused, whatever is wrong with it."""
    joined = b"from __future__ import annotations \\\n\nx = 1\n"
    for source in (b"\xff", b"def f(:", b"\0", b"x = 1\n" * 200_000, joined):
        with pytest.raises(FreezeError, match="cannot be read as Python source"):
            with_line("app.pyz", source)


@pytest.mark.parametrize("encoding", ["punycode", "latin-1"])
def test_a_long_program_in_another_encoding_is_not_decoded(encoding: str) -> None:
    """Which one is for the program to say, and some take the square of its length."""
    short = f"# coding: {encoding}\nx = 1  # -".encode()
    with pytest.raises(FreezeError, match="cannot be read"):
        with_line("app.pyz", short.ljust(1 << 17, b"a"))
    assert b"activate" in with_line("app.pyz", b"# coding: latin-1\nx = 1  # \xe9\n")


def test_archives_of_the_standard_library_run_as_before(tmp_path: Path) -> None:
    """What zipapp makes starts, and the arguments reach it."""
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "tool.py").write_text("import sys\ndef main(): print(sys.argv[1])\n", "utf-8")
    (folder / "requirements.txt").write_text("tool==5\n", "utf-8")
    path = tmp_path / "app.pyz"
    zipapp.create_archive(folder, path, main="tool:main", compressed=True)
    injected("--activate", "--source", folder / "requirements.txt", path)
    command = [sys.executable, "-I", str(path), "hello"]
    assert subprocess.run(command, check=True, capture_output=True).stdout.strip() == b"hello"


def test_a_folder_that_python_searches_instead(tmp_path: Path) -> None:
    """In a layer of AWS Lambda all goes below ``python``, in an archive and in a directory."""
    layer = {f"python/{name}": content for name, content in FILES.items()}
    path = write(tmp_path / "layer.zip", layer)
    before = entries(path)
    injected("--path", "python", "--activate", path)
    after = entries(path)
    changed = [name for name, *_ in before if name == "python/__main__.py"]
    assert [e for e in after if e in before] == [e for e in before if e[0] not in changed]
    new = {name for name, *_ in after} - layer.keys()
    assert {"python/_sentry_modules.py", "python/sentry_modules/finder.py"} <= new
    assert all(name.startswith("python/") for name in new)
    assert injected("--path", "python", "--activate", path).endswith("nothing to change\n")
    folder = tmp_path / "app" / "site"
    folder.mkdir(parents=True)
    (folder / "greet-1.2.dist-info").mkdir()
    (folder / "greet-1.2.dist-info" / "METADATA").write_bytes(FILES["greet-1.2.dist-info/METADATA"])
    injected("--path", "site/", tmp_path / "app")
    assert modules((folder / "_sentry_modules.py").read_bytes()) == {"greet": "1.2"}
    assert [file.name for file in (tmp_path / "app").iterdir()] == ["site"]


@pytest.mark.parametrize("folder", ["other", "..", "../app", "/", "greet/../..", "C:/"])
def test_a_folder_that_is_not_in_it(folder: str, tmp_path: Path) -> None:
    """Nothing is made, and nothing outside is touched."""
    path = write(tmp_path / "app.zip")
    tree = tmp_path / "app"
    (tree / "greet-1.2.dist-info").mkdir(parents=True)
    (tree / "greet-1.2.dist-info" / "METADATA").write_bytes(FILES["greet-1.2.dist-info/METADATA"])
    for artifact in (path, tree):
        assert "holds no folder" in refused("inject", "--path", folder, artifact)
    assert sorted(file.name for file in tmp_path.rglob("*")) == [
        "METADATA",
        "app",
        "app.zip",
        "greet-1.2.dist-info",
    ]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_folder_that_is_a_link_out_of_it(tmp_path: Path) -> None:
    """It is refused before anything is written."""
    outside = tmp_path / "outside"
    outside.mkdir()
    app = tmp_path / "app"
    (app / "greet-1.2.dist-info").mkdir(parents=True)
    (app / "greet-1.2.dist-info" / "METADATA").write_bytes(FILES["greet-1.2.dist-info/METADATA"])
    (app / "python").symlink_to(outside)
    assert "leads out of the directory" in refused("inject", "--path", "python", app)
    assert list(outside.iterdir()) == []


def test_the_json_document_is_the_documented_one(tmp_path: Path) -> None:
    """It says what was put in, and the second time that nothing was; all keys are documented."""
    path = write(tmp_path / "app.pyz")
    first = json.loads(injected("--format", "json", path))
    assert first["changed"] is True
    assert first["manifest"]["modules"] == LISTED
    assert json.loads(injected("--format", "json", path)) == {
        **first,
        "before": ["_sentry_modules.py"],
        "changed": False,
        "manifest": None,
    }
    text = (Path(__file__).parents[3] / "docs" / "json.md").read_text(encoding="utf-8")
    assert [key for key in {**first, **first["manifest"]} if f"`{key}`" not in text] == []


def test_an_archive_that_changes_meanwhile_is_left_to_who_changes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is put into what somebody else has just written."""
    path = write(tmp_path / "app.pyz")
    append = zip_copy.append

    def slow(*arguments: Any, **options: Any) -> None:
        append(*arguments, **options)
        write(path, {**FILES, "new.py": b"new = True\n"})

    monkeypatch.setattr(zip_copy, "append", slow)
    assert "has changed while it was read" in refused("inject", path)
    with ZipFile(path) as file:
        assert {*file.namelist()} == {*FILES, "new.py"}
    assert [file.name for file in tmp_path.iterdir()] == ["app.pyz"]


@pytest.mark.skipif(os.name == "nt", reason="making links needs a right there")
@pytest.mark.parametrize("kind", ["archive", "directory"])
def test_a_file_with_another_hard_link_is_refused(kind: str, tmp_path: Path) -> None:
    """The other name would keep the old content; a copy is made without touching either."""
    path = tmp_path / "app"
    if kind == "archive":
        write(path)
        os.link(path, tmp_path / "second")
    else:
        for name, content in FILES.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        os.link(path / "__main__.py", tmp_path / "second")
    before = (tmp_path / "second").read_bytes()
    said = refused("inject", "--activate", path)
    assert "has another hard link" in said
    assert said.endswith("Inject into a copy with --output.")
    injected("--activate", path, "-o", tmp_path / "copy")
    assert (tmp_path / "second").read_bytes() == before


def test_data_behind_an_archive_is_refused(tmp_path: Path) -> None:
    """An appended signature would be lost, or hold no more."""
    path = write(tmp_path / "app.pyz")
    whole = path.read_bytes() + b"SIGNATURE"
    path.write_bytes(whole)
    assert "data follows the archive" in refused("inject", path)
    assert path.read_bytes() == whole


def test_what_was_there_before_is_said_and_its_patterns_hold(tmp_path: Path) -> None:
    """What is injected takes precedence, so the names that it left out stay out."""
    text = bundled.MODULE.replace('"skipped"', '"exclude": ["old-*"],\n"skipped"')
    path = write(tmp_path / "app.pyz", {**FILES, "greet/_sentry_modules.py": text.encode()})
    assert injected(path).splitlines() == [
        "app.pyz: it held 3 distributions from uv.lock in greet/_sentry_modules.py",
        "app.pyz: put in 1 distributions from metadata",
    ]
    with ZipFile(path) as file:
        assert b"old" not in file.read("_sentry_modules.py").replace(b"old-*", b"")
        assert b'"exclude": [' in file.read("_sentry_modules.py")


def test_the_patterns_of_the_project_here_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``exclude`` in the working folder's pyproject.toml counts for what metadata says, too."""
    table = '[tool.sentry-modules]\nexclude = ["old-*"]\n'
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "app.pyz")
    injected(path)
    with ZipFile(path) as file:
        assert modules(file.read("_sentry_modules.py")) == {"greet": "1.2"}


def test_a_pattern_that_the_lock_file_has_met_is_not_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its names are left out before, so that nothing which it matches is left."""
    table = '[project]\nname = "app"\nversion = "1"\n[tool.sentry-modules]\nexclude = ["old-*"]\n'
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("greet==1.2\nold-name==3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "app.pyz")
    for _ in range(2):
        assert "old" not in run("inject", "--source", "requirements.txt", path).stderr
    with ZipFile(path) as file:
        assert modules(file.read("_sentry_modules.py")) == {"app": "1", "greet": "1.2"}


@pytest.mark.parametrize("here", ["", "services"])
@pytest.mark.parametrize("source", ["requirements/prod.txt", "requirements.txt"])
def test_a_lock_file_is_of_the_project_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, here: str
) -> None:
    """It may lie in a folder of it, or above it; what the project excludes reaches no event."""
    table = '[project]\nname = "app"\nversion = "1"\n[tool.sentry-modules]\nexclude = ["old-*"]\n'
    lock, folder = tmp_path / source, tmp_path / here
    for path in (lock, folder / "pyproject.toml"):
        path.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("greet==1.2\nold-name==3\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    monkeypatch.chdir(folder)
    path = write(tmp_path / "app.pyz")
    result = run("inject", "--source", os.path.relpath(lock, folder), path)
    assert "matches nothing" not in result.stderr
    with ZipFile(path) as file:
        assert modules(file.read("_sentry_modules.py")) == {"app": "1", "greet": "1.2"}


def test_a_lock_file_of_another_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the one beside the lock file, and what is excluded here stays out too."""
    for name, pattern in (("here", "old-*"), ("other", "other-*")):
        table = f'[project]\nname = "{name}"\nversion = "1"\n[tool.sentry-modules]\n'
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text(
            f"{table}exclude = ['{pattern}']\n", "utf-8"
        )
    lock = tmp_path / "other" / "requirements.txt"
    lock.write_text("greet==1.2\nold-name==3\nother-name==4\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    path = write(tmp_path / "app.pyz")
    injected(path, "--source", "../other/requirements.txt")
    with ZipFile(path) as file:
        assert modules(file.read("_sentry_modules.py")) == {"other": "1", "greet": "1.2"}


def test_the_options_of_other_tools_make_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder below the project's can have a pyproject.toml for a linter."""
    (tmp_path / "lambda").mkdir()
    (tmp_path / "lambda" / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    table = '[project]\nname = "app"\nversion = "1"\n'
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("greet==1.2\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "lambda")
    path = write(tmp_path / "app.pyz")
    injected(path, "--source", "../requirements.txt")
    with ZipFile(path) as file:
        assert modules(file.read("_sentry_modules.py")) == {"app": "1", "greet": "1.2"}
    monkeypatch.chdir(tmp_path)
    injected(path, "--source", "auto")


def test_its_own_module_with_other_line_ends_is_replaced(tmp_path: Path) -> None:
    """Git writes them on Windows."""
    text = bundled.MODULE.replace("\n", "\r\n").encode("ascii")
    path = write(tmp_path / "app.pyz", {**FILES, "_sentry_modules.py": text})
    injected(path)


def test_more_patterns_than_anybody_writes_are_refused(tmp_path: Path) -> None:
    """A hostile manifest could let each of a hundred thousand be matched with each name."""
    patterns = json.dumps([f"a{number}" for number in range(1001)])
    text = bundled.MODULE.replace('"skipped"', f'"exclude": {patterns},\n"skipped"')
    path = write(tmp_path / "app.pyz", {**FILES, "greet/_sentry_modules.py": text.encode()})
    assert "more than 1000 patterns" in refused("inject", path)


def test_python_s_own_warnings_show_no_line_of_the_program(tmp_path: Path) -> None:
    """A text such as an unknown escape would be printed from the artifact, codes and all."""
    main = b"X = '\\d\x1b[31m'\nassert (1, 'x')\n"
    path = write(tmp_path / "app.pyz", {**FILES, "__main__.py": main})
    command = [sys.executable, "-W", "always", "-m", "hatch_sentry_modules", "inject", "--activate"]
    result = subprocess.run([*command, path], check=True, capture_output=True)
    assert result.stderr == b""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_what_cannot_be_copied_is_said_without_its_path(tmp_path: Path) -> None:
    """A pipe in a directory stops the copy, and nothing is left half."""
    folder = tmp_path / "app"
    (folder / "greet-1.2.dist-info").mkdir(parents=True)
    metadata = "greet-1.2.dist-info/METADATA"
    (folder / metadata).write_bytes(FILES[metadata])
    os.mkfifo(folder / "run.pipe")
    message = refused("inject", folder, "-o", tmp_path / "copy")
    assert "it holds a pipe or a device" in message
    assert str(tmp_path) not in message
    assert not (tmp_path / "copy").exists()


def test_a_copy_of_a_directory_does_not_go_into_it(tmp_path: Path) -> None:
    """It would be copied into itself until names are too long."""
    folder = bundled.application(tmp_path / "app")
    before = sorted(folder.rglob("*"))
    for out in (folder / "out", folder / "acme_app" / "out"):
        assert "lies in the directory that it is a copy of" in refused("inject", folder, "-o", out)
    assert sorted(folder.rglob("*")) == before


def test_names_are_those_that_python_imports_by(tmp_path: Path) -> None:
    """Since Python 3.12 zipfile takes other names out of an extra field."""
    path = tmp_path / "app.zip"
    text = b"other"
    field = struct.pack("<BL", 1, zlib.crc32(b"first.py")) + text
    entry = ZipInfo("first.py")
    entry.extra = struct.pack("<HH", 0x7075, len(field)) + field
    with ZipFile(path, "w") as file:
        file.writestr(entry, b"")
        for name, content in FILES.items():
            if name != "__main__.py":
                file.writestr(name, content)
    injected(path)
    source = zipimporter(str(path)).get_source("_sentry_modules")
    assert modules((source or "").encode("ascii")) == LISTED


@pytest.mark.skipif(sys.platform == "win32", reason="it makes links for administrators alone")
def test_a_link_to_itself_is_not_written_to(tmp_path: Path) -> None:
    """It is one line, without the path."""
    (tmp_path / "loop").symlink_to("loop")
    path = write(tmp_path / "app.pyz")
    assert refused("inject", path, "-o", tmp_path / "loop").startswith("loop: cannot be written (")


def test_a_pex_without_a_start_up_file_gets_none(tmp_path: Path) -> None:
    """Its table is kept right, and nothing else is made up."""
    files = {name: content for name, content in FILES.items() if name != "__main__.py"}
    path = write(tmp_path / "a.pex", {**files, "PEX-INFO": b'{"code_hash": "%s"}' % (b"a" * 40)})
    injected(path)
    with ZipFile(path) as file:
        assert {*file.namelist()} == {*files, "PEX-INFO", "_sentry_modules.py"}


@pytest.mark.skipif(not hasattr(os, "mknod"), reason="this system has no devices in folders")
def test_a_device_keeps_its_mode(tmp_path: Path) -> None:
    """Nobody else could write to /dev/null any more."""
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root can make a device")
    device.chmod(0o666)
    injected(write(tmp_path / "app.pyz"), "-o", device)
    assert stat.filemode(device.stat().st_mode) == "crw-rw-rw-"


@pytest.mark.skipif(sys.platform == "win32", reason="it makes links for administrators alone")
@pytest.mark.parametrize("is_copy", [False, True])
def test_links_in_a_directory_stay_links(is_copy: bool, tmp_path: Path) -> None:
    """What they lead to is replaced, in the copy where one is made."""
    folder = tmp_path / "app"
    (folder / "src").mkdir(parents=True)
    bundled.application(folder / "lib")
    for name, link in (("src/main.py", "__main__.py"), ("src/m.py", "_sentry_modules.py")):
        (folder / name).write_bytes(MAIN if "main" in name else bundled.MODULE.encode())
        (folder / link).symlink_to(name)
    out = tmp_path / "out" if is_copy else folder
    injected("--activate", folder, *(("-o", out) if is_copy else ()))
    assert (out / "__main__.py").is_symlink()
    assert (out / "_sentry_modules.py").is_symlink()
    assert b"activate" in (out / "src" / "main.py").read_bytes()
    assert modules((out / "src" / "m.py").read_bytes())["flask"] == "3.1.3"
    assert is_copy == ((folder / "src" / "main.py").read_bytes() == MAIN)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_in_the_place_of_the_module_is_refused(tmp_path: Path) -> None:
    """It is no generated module, and is not replaced."""
    folder = bundled.application(tmp_path / "app")
    os.mkfifo(folder / "_sentry_modules.py")
    assert "_sentry_modules.py: is not a regular file" in refused("inject", folder)
    assert stat.S_ISFIFO((folder / "_sentry_modules.py").stat().st_mode)


def test_what_a_manifest_does_not_say_is_said(tmp_path: Path) -> None:
    """It counts no more, and what it excluded may be listed."""
    packed = "greet/_sentry_modules.cpython-311-x86_64-linux-gnu.so"
    result = run("inject", write(tmp_path / "app.pyz", {**FILES, packed: b"packed"}))
    assert result.exit_code == 0
    assert f"app.pyz: {packed}: It is compiled, and what it lists cannot be said" in result.stderr
    assert f"app.pyz: {packed}: The names that it excludes are not known, and may" in result.stderr
    pattern = '"exclude": ["old-[!\\u00fc]*"],\n"skipped"'
    text = bundled.MODULE.replace('"skipped"', pattern).encode()
    result = run("inject", write(tmp_path / "b.pyz", {**FILES, "greet/_sentry_modules.py": text}))
    assert "exclude: it is not one line of ASCII text" in result.stderr


def test_what_the_project_of_the_lock_file_excludes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock file of a workspace lies above the project here, and both say what stays out."""
    (tmp_path / "requirements.txt").write_text("greet==1.2\nold-name==3\nnew==4\n", "utf-8")
    table = "[project]\nname = '{0}'\nversion = '1'\n[tool.sentry-modules]\nexclude = ['{0}-*']\n"
    (tmp_path / "pyproject.toml").write_text(table.format("old"), encoding="utf-8")
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "pyproject.toml").write_text(table.format("api"), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "api")
    path = write(tmp_path / "app.pyz")
    injected(path, "--source", "../requirements.txt")
    with ZipFile(path) as file:
        listed = modules(file.read("_sentry_modules.py"))
    assert listed == {"api": "1", "greet": "1.2", "new": "4"}
