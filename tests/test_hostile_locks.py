"""Whatever stands in a lock file, the outcome is a right result or one line of message.

Every format in ``sources`` is tested alike, on the small valid lock files in
``fixtures/locks/<format>/real*``, which the tools themselves have written.
"""

from __future__ import annotations

import ast
import fnmatch
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tomli
from packaging.utils import canonicalize_name

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import FreezeError
from hatch_sentry_modules.model import Selection
from hatch_sentry_modules.reading import read_json, read_lock, read_toml
from hatch_sentry_modules.sources import READERS
from tests import documents

FIXTURES = Path(__file__).parents[1] / "fixtures" / "locks"
ALL = Selection(
    extras=frozenset({canonicalize_name("web")}), groups=frozenset({canonicalize_name("dev")})
)

NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", re.ASCII)
VERSION = re.compile(r"[A-Za-z0-9.!+_-]+", re.ASCII)
CODE = '"];import os;#'

HOSTILE = [
    CODE,
    "1.0'\n__import__('os').system('x')#",
    "\\\n\r\x00\u2028\x7f\x1b[31m",
    "../../../../etc/passwd",
    "https://user:word@host.example.org/x",
    "${HOME}",
    "\u017fample",
    "",
    "9" * 5000,
    "(" * 5000,
    "extra == 'a' or " * 500 + "extra == 'a'",
]
WRONG: list[Any] = [True, 0, -1, 1.5, float("nan"), 10**30, "text", [], [[]], [{}], {}, {"a": "b"}]


class Sample(NamedTuple):
    """A valid lock file with its project."""

    folder: Path
    file: str

    @property
    def text(self) -> str:
        """The lock file's text."""
        return (self.folder / self.file).read_text(encoding="utf-8")

    @property
    def document(self) -> Any:
        """The lock file's values; a requirements file is the list of its lines."""
        if self.file.endswith(".txt"):
            return self.text.splitlines()
        return json.loads(self.text) if self.text.startswith("{") else tomli.loads(self.text)

    def write(self, document: Any) -> str:
        """Write values as the lock file has them."""
        if isinstance(document, list):
            return "\n".join(map(str, document))
        return json.dumps(document) if self.text.startswith("{") else documents.to_toml(document)


def samples() -> Iterator[Sample]:
    """Find the sample lock files of all formats."""
    for file in sorted(FIXTURES.glob("*/real*/*")):
        reader = next((m for p, m in READERS.items() if fnmatch.fnmatchcase(file.name, p)), None)
        if reader == file.parents[1].name and file.name != "limits.txt":
            yield Sample(file.parent, file.name)


SAMPLES = list(samples())
IDS = [f"{sample.folder.parent.name}-{sample.folder.name}" for sample in SAMPLES]
STRUCTURED = [sample for sample in SAMPLES if not sample.file.endswith(".txt")]
STRUCTURED_IDS = [f"{s.folder.parent.name}-{s.folder.name}" for s in STRUCTURED]


class Bench:
    """A copy of a sample, whose lock file is replaced again and again."""

    def __init__(self, sample: Sample, root: Path) -> None:
        shutil.copytree(sample.folder, root, dirs_exist_ok=True)
        self.sample = sample
        self.path = root / sample.file
        self.project = project.read(root)
        self.selection = ALL
        try:
            self.freeze()
        except FreezeError:
            # Not every format has extras and groups.
            self.selection = Selection()
        self.whole = self.freeze()

    def freeze(self) -> dict[str, set[str]]:
        """Freeze the lock file as it is now, and give all versions of each name.

        Every outcome is checked here: a generated module that holds names and versions alone,
        or an error of one line that says nothing of the machine.
        """
        try:
            config = Config(source=self.sample.file)
            manifest = pipeline.freeze(self.project, config, selection=self.selection)
        except FreezeError as error:
            check_message(str(error), self.path.parent)
            raise
        for warning in manifest.warnings:
            check_message(warning, self.path.parent)
        text = render.to_python(manifest)
        check_module(text)
        found: dict[str, set[str]] = {}
        for distribution in manifest.distributions:
            found.setdefault(distribution.key, set()).add(distribution.version)
        return found

    def outcome(self, data: str | bytes) -> dict[str, set[str]] | None:
        """Freeze the lock file with other contents; nothing if it is refused."""
        self.path.write_bytes(data.encode() if isinstance(data, str) else data)
        try:
            return self.freeze()
        except FreezeError:
            return None


def check_message(message: str, folder: Path) -> None:
    """Hold that a message is one short line of ASCII without an address or a path."""
    assert message.isascii(), message
    assert message.isprintable(), message
    assert len(message) < 2000, message
    assert "://" not in message, message
    assert str(folder) not in message, message


def check_module(text: str) -> None:
    """Hold that a generated module is data, with valid names and versions, and no address."""
    assert text.isascii()
    assert CODE not in text
    assert "://" not in text
    assert "/etc/" not in text
    kinds = (ast.Assign, ast.AnnAssign)
    document, applies = (node for node in ast.parse(text).body if isinstance(node, kinds))
    assert document.value is not None
    found = json.loads(ast.literal_eval(document.value))
    listed = [*found["modules"].items()]
    listed += [(entry["name"], entry["version"]) for entry in found["conditional"]]
    listed += [tuple(pin.split("==")) for pin in found.get("omitted", ())]
    for name, version in listed:
        assert NAME.fullmatch(name)
        assert VERSION.fullmatch(version)
    assert all(NAME.fullmatch(entry["name"]) for entry in found["skipped"])
    assert isinstance(applies.value, ast.List)
    assert len(applies.value.elts) == len(found["conditional"])


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """Return a sample in a folder of its own."""
    return Bench(request.param, tmp_path)


every_format = pytest.mark.parametrize("bench", SAMPLES, ids=IDS, indirect=True)
every_structured_format = pytest.mark.parametrize(
    "bench", STRUCTURED, ids=STRUCTURED_IDS, indirect=True
)


def test_every_format_has_a_sample() -> None:
    """A new source is tested here as soon as it is known, or this fails."""
    assert {sample.folder.parent.name for sample in SAMPLES} == set(READERS.values())


@every_format
def test_the_sample_itself_is_read(bench: Bench) -> None:
    """What is spoilt below is right to begin with."""
    assert bench.whole["certifi"] == {"2026.10.18"}
    assert bench.whole["colorama"] == {"0.4.6"}
    assert bench.outcome(bench.sample.write(bench.sample.document)) == bench.whole


@every_format
def test_every_truncation_is_refused_or_harmless(bench: Bench) -> None:
    """A cut lock file never gives a wrong version."""
    data = bench.sample.text.encode()
    for length in range(0, len(data), max(1, len(data) // 100)):
        found = bench.outcome(data[:length]) or {}
        if not bench.sample.file.endswith(".txt"):  # in which '3.1' may be what is left of '3.1.2'
            assert all(bench.whole[name] >= versions for name, versions in found.items())


@every_structured_format
def test_every_value_of_a_wrong_type_is_refused_or_harmless(bench: Bench) -> None:
    """No type, anywhere, ends in anything but a result or a message."""
    document = bench.sample.document
    for number, path in enumerate(documents.varied(document, 2)):
        wrong = WRONG[number % 3 :: 3]
        for value in [*wrong, *([None] if bench.sample.text.startswith("{") else [])]:
            bench.outcome(bench.sample.write(documents.changed(document, path, value)))
        bench.outcome(bench.sample.write(documents.without(document, path)))


@every_format
def test_every_text_may_be_hostile(bench: Bench) -> None:
    """Names, versions, markers and paths from hell become neither code nor a traceback."""
    document = bench.sample.document
    for path in documents.varied(document, 1):
        if isinstance(documents.at(document, path), str):
            for text in HOSTILE:
                bench.outcome(bench.sample.write(documents.changed(document, path, text)))
        if isinstance(path[-1], str):
            for text in (CODE, "", "sentry-sdk", "https://user:word@host.example.org/\n\x1b[31m"):
                bench.outcome(bench.sample.write(documents.renamed(document, path, text)))


@every_format
def test_every_name_may_stand_for_every_other(bench: Bench) -> None:
    """Dependencies on oneself, in circles, and on what is not there all come to an end."""
    text, names = bench.sample.text, sorted(bench.whole)
    places = [
        (found.start(), name) for name in names for found in re.finditer(re.escape(name), text)
    ]
    for place, name in places[:: max(1, len(places) // 30)]:
        for other in [*names, "nowhere"]:
            bench.outcome(text[:place] + other + text[place + len(name) :])


@every_format
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"null",
        b"[]",
        b"0",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"a = " + b"[" * 100_000,
        b"a = {a = " * 10_000,
        b"a = " + b"9" * 100_000,
        b'{"a": ' + b"9" * 100_000 + b"}",
        b"<<<<<<< HEAD\n",
    ],
    ids=range(14),
)
def test_what_is_no_lock_file_is_refused(bench: Bench, data: bytes) -> None:
    """Foreign, nested and binary contents give no result with anything in it."""
    assert not bench.outcome(data)


@every_format
def test_a_folder_in_place_of_the_file_is_refused(bench: Bench) -> None:
    """What cannot be read is said in one line."""
    bench.path.unlink()
    bench.path.mkdir()
    with pytest.raises(FreezeError):
        bench.freeze()


MANY = 100_000

Grow = Callable[[Any, int], None]


def grow_uv(document: Any, count: int) -> None:
    """Let a chain of packages begin at the last one."""
    document["package"][-1]["dependencies"] = [{"name": "p0"}]
    document["package"] += [
        {
            "name": f"p{number}",
            "version": "1.0",
            "source": {"registry": "https://index.example.org/simple"},
            "dependencies": [{"name": f"p{(number + 1) % count}"}],
        }
        for number in range(count)
    ]


def grow_poetry(document: Any, count: int) -> None:
    """Let a chain of packages begin at the last one."""
    document["package"][-1]["dependencies"] = {"p0": "*"}
    document["package"] += [
        {
            "name": f"p{number}",
            "version": "1.0",
            "optional": False,
            "groups": ["main"],
            "dependencies": {f"p{(number + 1) % count}": "*"},
        }
        for number in range(count)
    ]


def grow_pdm(document: Any, count: int) -> None:
    """Let a chain of packages begin at the last one."""
    document["package"][-1]["dependencies"] = ["p0"]
    document["package"] += [
        {
            "name": f"p{number}",
            "version": "1.0",
            "groups": ["default"],
            "dependencies": [f"p{(number + 1) % count}==1.0"],
        }
        for number in range(count)
    ]


def grow_pipfile(document: Any, count: int) -> None:
    """Add entries to the flat list."""
    document["default"].update({f"p{number}": {"version": "==1.0"} for number in range(count)})


def grow_pylock(document: Any, count: int) -> None:
    """Add entries to the flat list."""
    entry = document["packages"][0]
    document["packages"] += [
        {"name": f"p{number}", "version": "1.0", "wheels": entry["wheels"][:1]}
        for number in range(count)
    ]


def grow_pex_lock(document: Any, count: int) -> None:
    """Let a chain of requirements begin at the last one."""
    locked = document["locked_resolves"][0]["locked_requirements"]
    locked[-1]["requires_dists"] = ["p0"]
    locked += [
        {
            "project_name": f"p{number}",
            "version": "1.0",
            "requires_dists": [f"p{(number + 1) % count}"],
            "artifacts": [],
        }
        for number in range(count)
    ]


def grow_requirements(document: Any, count: int) -> None:
    """Add lines."""
    document += [f"p{number}==1.0" for number in range(count)]


GROW: dict[str, Grow] = {
    "uv": grow_uv,
    "poetry": grow_poetry,
    "pdm": grow_pdm,
    "pipfile": grow_pipfile,
    "pylock": grow_pylock,
    "pex_lock": grow_pex_lock,
    "requirements": grow_requirements,
}


@pytest.mark.slow
@every_format
def test_a_hundred_thousand_packages_are_read(bench: Bench) -> None:
    """Neither the stack nor patience runs out: chains in a circle, and endless lists."""
    document = bench.sample.document
    GROW[bench.sample.folder.parent.name](document, MANY)
    found = bench.outcome(bench.sample.write(document))
    assert found is not None
    assert len(found) == len(bench.whole) + MANY


@every_format
def test_thousands_of_packages_are_read(bench: Bench) -> None:
    """The chains are deeper than the interpreter's stack."""
    document = bench.sample.document
    GROW[bench.sample.folder.parent.name](document, 1_500)
    found = bench.outcome(bench.sample.write(document))
    assert found is not None
    assert len(found) == len(bench.whole) + 1_500


@pytest.mark.parametrize("line", ["{} = 1", "[{}]\n", "x = {{ {} = 1 }}", "{} = 1 # 'a"])
@pytest.mark.parametrize("part", ["a", "'a b'", '"a.b"', "a "])
def test_a_key_of_many_parts_is_refused(line: str, part: str, tmp_path: Path) -> None:
    """The parser takes the square of its length, which is minutes for a file of 140 KB."""
    text = line.format(".".join([part] * 20_000))
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(FreezeError, match="nested too deeply or too long"):
            read_toml(tmp_path / name)
    with pytest.raises(FreezeError, match="nested too deeply or too long"):
        read_lock(tmp_path / "uv.lock")


def test_a_text_of_many_parts_is_none(tmp_path: Path) -> None:
    """Long lines of addresses, hashes and words are read as before."""
    texts = ["https://files.example.org/" + "a/b.c" * 100, "a. b. c. " * 100, ".1.2.3" * 100]
    path = tmp_path / "uv.lock"
    path.write_text("\n".join(f"k{i} = '{text}'" for i, text in enumerate(texts)), "utf-8")
    assert [*read_toml(path).values.values()] == texts


def test_a_document_of_many_values_is_refused(tmp_path: Path) -> None:
    """Each takes many times the memory of its text."""
    path = tmp_path / "Pipfile.lock"
    path.write_text('{"a": [' + "[]," * 600_000 + "[]]}", encoding="utf-8")
    with pytest.raises(FreezeError, match="holds more values than any real one"):
        read_json(path)
