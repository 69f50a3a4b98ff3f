"""What is made of a generated module, however it is broken."""

from __future__ import annotations

import random
import types
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
import sentry_modules
import sentry_sdk
from sentry_modules.integration import FrozenModulesIntegration
from sentry_modules.manifest import Manifest, UnusableManifestError, normalize
from sentry_modules.modules import installed
from sentry_sdk.transport import Transport

from tests.runtime.application import write_files

SOUND = {"acme-app": "4.2.0", "certifi": "2020.12.5", "flask": "3.1.3"}
SEED = 20261122


class Raising(dict):  # type: ignore[type-arg] # as a hostile module would write it
    """A table that raises when it is used in any way."""

    def _raise(self, *_: object) -> Any:
        raise RuntimeError("hostile")

    __iter__ = __getitem__ = __len__ = __contains__ = keys = values = items = copy = get = _raise


class HostileText(str):
    """Text that raises when it is compared or hashed."""

    def __eq__(self, _: object) -> bool:
        raise RuntimeError("hostile")

    __hash__ = str.__hash__


def parse(**names: Any) -> Manifest:
    """Parse the globals of a generated module."""
    return Manifest("acme._sentry_modules", names)


def test_a_sound_manifest() -> None:
    """Everything that the format names is there, and nothing is counted as malformed."""
    found = parse(
        FORMAT=1,
        SOURCE="uv.lock",
        PROJECT="acme-app",
        MODULES=dict(SOUND),
        OMIT=["certifi"],
        SKIPPED={"acme-core": "no version"},
        __file__="/srv/acme/_sentry_modules.py",
    )
    assert found.modules == SOUND
    assert (found.source, found.project, found.root) == ("uv.lock", "acme-app", "/srv")
    assert list(found.omit()) == ["certifi"]
    assert found.skipped() == {"acme-core": "no version"}
    assert found.faults == 0


def test_a_newer_format() -> None:
    """An unknown format is read as the newest known, and what it adds is not looked at."""
    assert parse(FORMAT=99, MODULES=dict(SOUND), NOVELTY=object()).modules == SOUND


@pytest.mark.parametrize(
    ("name", "version"),
    [
        (1, "1"),
        (None, "1"),
        ("", "1"),
        (b"flask", "1"),
        ("fl\nask", "1"),
        ("fl ask", "1"),
        ("fläsk", "1"),
        ("\ud800", "1"),
        ("f" * 1000, "1"),
        (("flask",), "1"),
        (float("nan"), "1"),
        ("x", None),
        ("x", 1.5),
        ("x", float("nan")),
        ("x", ""),
        ("x", ["1"]),
        ("x", "1\n"),
        ("x", "1 2"),
        ("x", "\udfff"),
        ("x", "1" * 100_000),
        ("x", HostileText("1\n")),
    ],
)
def test_a_malformed_entry_is_left_out_alone(name: object, version: object) -> None:
    """The entries beside it are used, and the log can say that one is missing."""
    found = parse(MODULES={**SOUND, name: version})
    assert found.modules == SOUND
    assert found.faults == 1


def test_names_are_one_of_each_normalized_form() -> None:
    """Names may be listed as the metadata spells them, and are found by any spelling."""
    found = parse(
        MODULES={
            "typing_extensions": "4",
            "zope.interface": "7",
            "zope-interface": "6",
            "a--b": "1",
        }
    )
    assert found.modules == {"typing_extensions": "4", "zope-interface": "6", "a--b": "1"}
    assert found.aliases == {"typing-extensions": "typing_extensions", "a-b": "a--b"}


@pytest.mark.parametrize("table", [None, [], "flask", {}, {1: 2}, Raising(), Raising({1: "x"})])
def test_nothing_that_can_be_used(table: object) -> None:
    """A manifest without one well-formed entry is none, and says so."""
    with pytest.raises(UnusableManifestError):
        parse(MODULES=table)


def test_a_table_that_raises_when_it_is_used() -> None:
    """A subclass of ``dict`` is read without calling into it."""
    assert parse(MODULES=Raising(SOUND)).modules == SOUND


def test_the_other_names_are_malformed() -> None:
    """Names beside the table that make no sense are as good as absent."""
    found = parse(MODULES=dict(SOUND), PROJECT=1, SOURCE=object(), OMIT=[1, None], SKIPPED=[2])
    assert (found.project, found.source) == ("", "")
    assert list(found.omit()) == []
    assert found.skipped() == {}


@pytest.mark.parametrize(
    ("name", "normalized"),
    [("Flask", "flask"), ("a.-_b", "a-b"), ("zope.interface", "zope-interface"), ("x--y", "x-y")],
)
def test_normalize(name: str, normalized: str) -> None:
    """Runs of dots, hyphens and underscores are one hyphen, as PEP 503 has it."""
    assert normalize(name) == normalized


# --- three hundred of them, all the way to an event ---

BROKEN_VALUES: list[Any] = [
    None,
    1,
    0.0,
    float("nan"),
    b"1",
    [],
    {},
    "",
    " ",
    "a\nb",
    "\ud800",
    "ä",
]
BROKEN_NAMES: list[Any] = [None, 1, float("nan"), b"x", (), "", " ", "a\nb", "\udfff", "ö", True]
BROKEN_TABLES: list[Any] = [None, 1, "x", [], [("flask", "1")], object(), dict, dict, Raising()]
BROKEN_TEXTS = [
    "MODULES = {'flask': '3.1.3'",
    "MODULES = {'flask': '3.1.3'}\nraise RuntimeError('late')",
    "raise SystemExit(3)",
    "import sys\nsys.exit()",
    "raise GeneratorExit",
    "raise BaseException",
    "def f():\n    f()\nf()",
    "MODULES = [[]]\nfor _ in range(100_000):\n    MODULES = [MODULES]\nrepr(MODULES)",
    "\0",
    "\ufeffMODULES = 1",
    "import not_there",
    "from . import _sentry_modules",
    "MODULES = dict.fromkeys(range(200_000), '1')",
    "assert False",
    "",
    "class MODULES(dict):\n    pass",
    "MODULES = type('T', (), {'__iter__': lambda s: 1 / 0})()",
    "import sentry_sdk\nsentry_sdk.capture_message('from inside')\nMODULES = None",
    "import importlib.metadata as m\nMODULES = {'flask': m.version('flask')}",
    "del __builtins__\nMODULES = print",
]


def hostile_tables() -> Iterator[tuple[Any, dict[str, str]]]:
    """Give tables of all kinds of brokenness, and what is right in each, the same at every run."""
    chance = random.Random(SEED)  # noqa: S311 - the same at every run
    for number in range(280 - len(BROKEN_TABLES)):
        names, versions = chance.sample(BROKEN_NAMES, 3), chance.choices(BROKEN_VALUES, k=2)
        right = dict(chance.sample(sorted(SOUND.items()), number % 4))
        broken = {**dict.fromkeys(names, "1"), **dict(zip(("bad-one", "bad-two"), versions))}
        entries = [*right.items(), *broken.items()]
        chance.shuffle(entries)
        yield (Raising(entries) if number % 7 == 0 else dict(entries)), right
    for table in BROKEN_TABLES:
        yield table, {}


@pytest.fixture
def carried(process: None) -> Callable[[Any], dict[str, str]]:  # noqa: ARG001 - see conftest
    """Give a function that captures with some manifest, and gives what the one event carried."""

    def capture(manifest: Any) -> dict[str, str]:
        sent: list[Any] = []

        class Collecting(Transport):
            def capture_event(self, event: Any) -> None:
                sent.append(event)

            def capture_envelope(self, envelope: Any) -> None:
                sent.extend(item.payload.json for item in envelope.items)

        sentry_sdk.init(
            dsn="https://key@sentry.example.org/1",
            transport=Collecting,
            default_integrations=False,
            integrations=[FrozenModulesIntegration(manifest, authority="manifest")],
        )
        sentry_sdk.capture_message("hello")
        sentry_modules.uninstall()
        found: dict[str, str] = sent[-1]["modules"]
        return found

    return capture


def test_no_table_loses_an_event(carried: Callable[[Any], dict[str, str]]) -> None:
    """Events arrive with what is right in a broken table, and otherwise with the stock list."""
    count = 0
    for table, right in hostile_tables():
        module = types.ModuleType("_sentry_modules")
        vars(module).update(PROJECT=table, MODULES=table, OMIT=table, SKIPPED=table, SOURCE=table)
        assert carried(module) == (right or installed())
        count += 1
    assert count + len(BROKEN_TEXTS) == 300


@pytest.mark.parametrize("number", range(len(BROKEN_TEXTS)))
def test_no_module_loses_an_event(
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    carried: Callable[[Any], dict[str, str]],
) -> None:
    """A module whose code does not run, or does what it must not, leaves the stock list."""
    name = f"broken{number}"
    (tmp_path / name).mkdir()
    write_files(tmp_path / name, {"__init__.py": ""})
    text = BROKEN_TEXTS[number].encode("utf-8", "surrogatepass")
    (tmp_path / name / "_sentry_modules.py").write_bytes(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert carried(name) == installed()


def test_a_module_that_is_cut_in_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, carried: Callable[[Any], dict[str, str]]
) -> None:
    """Wherever the text ends, the event carries the list or the stock list, never an error."""
    text = f"MODULES = {SOUND!r}\n"
    for length in range(0, len(text), 7):
        name = f"cut{length}"
        files = {f"{name}/__init__.py": "", f"{name}/_sentry_modules.py": text[:length]}
        write_files(tmp_path, files)
        monkeypatch.syspath_prepend(str(tmp_path))
        assert carried(name) == installed()


def test_two_hundred_thousand_entries(carried: Callable[[Any], dict[str, str]]) -> None:
    """A table without end is cut to what the server keeps, in whole entries."""
    module = types.ModuleType("_sentry_modules")
    vars(module)["MODULES"] = {f"d{number}": "1.0" for number in range(200_000)}
    found = carried(module)
    assert len(found) == 8192 // (len("1.0") + 3)
    assert set(found.values()) == {"1.0"}


def test_text_that_raises_when_it_is_compared(carried: Callable[[Any], dict[str, str]]) -> None:
    """What looks like text and is not leaves the list whole, or the stock list."""
    module = types.ModuleType("_sentry_modules")
    vars(module)["MODULES"] = {HostileText(f"d{n}"): HostileText("1.0") for n in range(3000)}
    assert carried(module)
