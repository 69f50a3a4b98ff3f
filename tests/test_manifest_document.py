"""The JSON document of a manifest: its schema, and the one reader on the build side."""

from __future__ import annotations

import json
import py_compile
import tracemalloc
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hatch_sentry_modules import manifest_document, render
from hatch_sentry_modules.model import Manifest
from tests.documents import changed, paths, without
from tests.manifests import manifest, name

SCHEMA = json.loads(
    resources.files("hatch_sentry_modules").joinpath("manifest.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
OMITTED = frozenset({name("flask")})
FULL = manifest(omitted=OMITTED, exclude=("acme-*",), is_injected=True)
DOCUMENT: dict[str, Any] = json.loads(render.to_json(FULL))
CUT = "It is cut off, too long, or no JSON document."


def read(document: object) -> manifest_document.ReadManifest:
    """Read a document that is written as ours are."""
    return manifest_document.read(json.dumps(document))


def test_the_schema_is_one() -> None:
    """The schema itself is valid, and names every key that is ever written."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"].keys() == DOCUMENT.keys()


@pytest.mark.parametrize("made", [manifest(), FULL, manifest(project=None, skipped={})])
def test_what_is_rendered_is_valid(made: Manifest) -> None:
    """Every document that is written fits the schema."""
    VALIDATOR.validate(json.loads(render.to_json(made)))


@pytest.mark.parametrize("path", list(paths(DOCUMENT)), ids=str)
def test_another_value_is_invalid_and_read_alone(path: tuple[str | int, ...]) -> None:
    """Whatever stands in the place of a value, the schema refuses it and the reader goes on."""
    values: list[Any] = [3.5, ["\n"], {"\x1b": {}}]
    for value in values:
        document = changed(DOCUMENT, path, value)
        assert not VALIDATOR.is_valid(document)
        found = read(document)
        assert found.faults or path == ("injected",)
        assert all(fault.isascii() and fault.isprintable() for fault in found.faults)
        kept = {d.name for d in found.manifest.distributions}
        if path[0] not in {"modules", "conditional", "omitted", "sentry-modules"}:
            assert kept == {"acme-app", "colorama", "flask"}


@pytest.mark.parametrize("key", DOCUMENT)
def test_a_key_that_is_missing(key: str) -> None:
    """The reader takes what is there; only what has no format number is no manifest."""
    found = read(without(DOCUMENT, (key,)))
    assert bool(found.manifest.distributions) is (key != "sentry-modules")


def test_a_newer_format_is_read_as_this_one() -> None:
    """A newer document is read, and the reader says that it is one."""
    found = read({**DOCUMENT, "sentry-modules": 2, "novelty": []})
    assert found.manifest == FULL
    assert found.faults == ("Its format is 2; it is read as format 1.",)


@pytest.mark.parametrize("optimize", [0, 2])
def test_it_is_found_in_source_and_bytecode(optimize: int, tmp_path: Path) -> None:
    """The same document comes out of the text, with any line ends, and of what Python compiles."""
    source = tmp_path / "_sentry_modules.py"
    source.write_text(render.to_python(FULL), encoding="ascii")
    compiled = str(tmp_path / "compiled")
    py_compile.compile(str(source), cfile=compiled, doraise=True, optimize=optimize)
    contents = [source.read_bytes(), Path(compiled).read_bytes()]
    contents.append(contents[0].replace(b"\n", b"\r\n"))
    for found in map(manifest_document.find, contents):
        assert found is not None
        assert (found.manifest, found.faults) == (FULL, ())


def test_a_long_number_hides_nothing() -> None:
    """The run-time side reads such a document too, and a new key may hold anything."""
    text = '{"sentry-modules": 1, "x": -%s, "modules": {"a": "1"}}' % ("9" * 5000)  # braces
    found = manifest_document.read(text)
    assert ([d.name for d in found.manifest.distributions], found.faults) == (["a"], ())


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'{"sentry-modules": 1, "modules": {', CUT),
        (b'{"sentry-modules": ' + b"[" * 1_000_000, CUT),
        (
            b'{"sentry-modules": ' + b"9" * 100_000 + b"}",
            f"Its format is {'9' * 20}; it is read as format 1.",
        ),
        (b'{"sentry-modules": true}', "It has no format number."),
        (b'{"sentry-modules": 1, "a": "' + b"x" * (1 << 23) + b'"}', CUT),
    ],
    ids=range(5),
)
def test_what_cannot_be_read_is_one_fault(content: bytes, fault: str) -> None:
    """Deep, endless or cut-off text is one sentence, in bounded memory."""
    tracemalloc.start()
    found = manifest_document.find(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found is not None
    assert (found.manifest, found.faults) == (manifest_document.EMPTY, (fault,))
    assert peak < 50 << 20


def test_many_faults_are_counted() -> None:
    """A document of nothing but faults names twenty of them."""
    found = read({**DOCUMENT, "modules": dict.fromkeys(map(str, range(1000)), "x y")})
    assert len(found.faults) == manifest_document.MOST_FAULTS + 1
    assert found.faults[-1] == "980 further faults are not named."


def test_bytes_without_a_manifest() -> None:
    """Nothing is found where the mark is not."""
    assert manifest_document.find(b"{}") is None
    assert manifest_document.read("{}").faults == ("It is no manifest.",)
