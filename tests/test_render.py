"""The generated module's text: format 1, byte by byte, and nothing but data."""

from __future__ import annotations

import ast
import json

from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName

from hatch_sentry_modules import manifest_document, render
from hatch_sentry_modules.model import Distribution, Manifest
from tests.environments import LINUX_311, WINDOWS_310, document, execute, listed
from tests.manifests import NEW, OLD, manifest, name


def test_the_document_is_the_one_in_the_module() -> None:
    """The constant holds what ``freeze --format json`` prints, to the byte, behind its mark."""
    text = render.to_json(manifest())
    assert text.startswith('{"sentry-modules": 1,')
    assert f'MANIFEST = r"""{text}"""' in render.to_python(manifest())


def test_conditions_choose_by_the_environment_that_executes() -> None:
    """The same text gives each environment its own distributions."""
    text = render.to_python(manifest())
    assert "colorama" not in listed(execute(text, LINUX_311))
    assert "colorama" in listed(execute(text, WINDOWS_310))


def test_a_fork_gives_each_environment_its_version() -> None:
    """Two versions of one name stand under their own conditions."""
    forked = manifest(
        distributions=(
            Distribution(name=name("numpy"), version="1.26.4", condition=OLD),
            Distribution(name=name("numpy"), version="2.3.0", condition=NEW),
        )
    )
    text = render.to_python(forked)
    assert listed(execute(text, WINDOWS_310)) == {"numpy": "1.26.4"}
    assert listed(execute(text, LINUX_311)) == {"numpy": "2.3.0"}


def test_an_empty_manifest_is_still_a_module() -> None:
    """A project without dependencies and without a name gives valid data."""
    names = execute(
        render.to_python(manifest(project=None, distributions=(), skipped={})), LINUX_311
    )
    assert listed(names) == {}
    assert document(names) == {
        "sentry-modules": 1,
        "project": None,
        "source": "uv.lock",
        "modules": {},
        "conditional": [],
        "skipped": [],
    }


def test_what_is_seldom_needed_is_there_only_then() -> None:
    """What an event leaves off, what none carries and ``inject``'s mark have keys of their own."""
    full = manifest(omitted=frozenset({name("flask")}), exclude=("acme-*",), is_injected=True)
    found = json.loads(render.to_json(full))
    assert (found["omitted"], found["exclude"], found["injected"]) == (
        ["flask==3.1.3"],
        ["acme-*"],
        True,
    )
    assert found["modules"] == {"acme-app": "4.2.0"}
    assert not {"omitted", "exclude", "injected"} & json.loads(render.to_json(manifest())).keys()


HOSTILE = st.text() | st.sampled_from(
    ['"""', "\\", '\\"""', "# coding: utf-7", "\n\r\x0c\x00", "\u2028", '"""\n]os.abort()']
)


@given(st.lists(HOSTILE, min_size=8, max_size=8))
def test_no_text_becomes_code(texts: list[str]) -> None:
    """Whatever stands in a manifest comes out as the same text, and nothing else runs."""
    project, source, key, version, skipped, reason, pattern, omitted = texts
    hostile = Manifest(
        project=NormalizedName(project),
        source=source,
        distributions=(
            Distribution(name=name("x"), listed_as=key, version=version),
            Distribution(name=name(omitted), version=version),
        ),
        skipped={name(skipped): reason},
        omitted=frozenset({name(omitted)}),
        exclude=(pattern,),
    )
    text = render.to_python(hostile)
    assert text.isascii()
    assert text.splitlines()[:2] == [render.HEADER.rstrip("\n"), ""]
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    found = document(execute(text, LINUX_311))
    assert (found["project"], found["source"], found["exclude"]) == (project, source, [pattern])
    assert found["modules"] == ({} if omitted == "x" else {key or "x": version})
    assert f"{omitted}=={version}" in found["omitted"]
    assert found["skipped"] == [{"name": skipped, "reason": reason}]


def test_what_is_written_is_read_again() -> None:
    """Reading a document gives the manifest that it was made of, conditions included."""
    full = manifest(omitted=frozenset({name("flask")}), exclude=("acme-*",), is_injected=True)
    text = render.to_json(full)
    assert manifest_document.read(text) == (full, (), len(text))


def test_json_lists_what_is_conditional_with_its_marker() -> None:
    """The document has the shape that MANIFEST_FORMAT.md gives it."""
    assert json.loads(render.to_json(manifest())) == {
        "sentry-modules": 1,
        "project": "acme-app",
        "source": "uv.lock",
        "modules": {"acme-app": "4.2.0", "flask": "3.1.3"},
        "conditional": [
            {"name": "colorama", "version": "0.4.6", "marker": "sys_platform == 'win32'"}
        ],
        "skipped": [
            {"name": "acme-core", "reason": "the lock file holds no version for a dynamic source"}
        ],
    }


def test_requirements_are_pins_with_markers() -> None:
    """The requirements output is what pip installs beside the project itself."""
    assert render.to_requirements(manifest()) == (
        'colorama==0.4.6 ; sys_platform == "win32"\nflask==3.1.3\n'
    )
