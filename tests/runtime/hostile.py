"""Generated modules that are malformed, hostile or huge, made when they are needed."""

from __future__ import annotations

import random
from typing import Any, Iterator

from tests.runtime import documents
from tests.runtime.documents import namespace

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


BROKEN_VALUES: list[Any] = [None, 1, 0.0, float("nan"), [], {}, "", " ", "a\nb", "\ud800", "ä"]
HUGE_VALUES: list[Any] = ["1" * 1_000_000, "\n" * 1_000_000, 10**1000, [[]] * 100_000]
BROKEN_NAMES: list[Any] = ["", " ", "a\nb", "\udfff", "ö", "a b", "x" * 1000, "\x1b[31m"]
BROKEN_TABLES: list[Any] = [None, 1, "x", [], [["flask", "1"]], {}, {"flask": 1}, True]
BROKEN_CONSTANTS: list[Any] = [
    None, 1, b"{}", "", "{", "[]", "null", "[" * 50_000, '{"a":' * 50_000,
    HostileText("{}"), Raising(), dict, object(),
    '{"modules": {"flask": "3.1.3"}', "\ud800", "NaN", "1" * 100_000, "x" * (1 << 23),
]  # fmt: skip
BROKEN_TEXTS = [
    "MANIFEST = {'flask': '3.1.3'",
    "MANIFEST = '{}'\nraise RuntimeError('late')",
    "raise SystemExit(3)",
    "import sys\nsys.exit()",
    "raise GeneratorExit",
    "raise BaseException",
    "def f():\n    f()\nf()",
    "MANIFEST = [[]]\nfor _ in range(100_000):\n    MANIFEST = [MANIFEST]\nrepr(MANIFEST)",
    "\0",
    "\ufeffMANIFEST = 1",
    "import not_there",
    "from . import _sentry_modules",
    "MANIFEST = dict.fromkeys(range(200_000), '1')",
    "assert False",
    "",
    "class MANIFEST(dict):\n    pass",
    "MANIFEST = type('T', (), {'__iter__': lambda s: 1 / 0})()",
    "import sentry_sdk\nsentry_sdk.capture_message('from inside')\nMANIFEST = None",
    "import importlib.metadata as m\nMANIFEST = {'flask': m.version('flask')}",
    "del __builtins__\nMANIFEST = print",
]


def tables() -> Iterator[tuple[Any, dict[str, str]]]:
    """Give tables of all kinds of brokenness, and what is right in each, the same at every run."""
    chance = random.Random(SEED)  # noqa: S311 - the same at every run
    for number in range(280 - len(BROKEN_TABLES)):
        names, versions = chance.sample(BROKEN_NAMES, 3), chance.choices(BROKEN_VALUES, k=2)
        right = dict(chance.sample(sorted(SOUND.items()), number % 4))
        broken = {**dict.fromkeys(names, "1"), **dict(zip(("bad-one", "bad-two"), versions))}
        entries = [*right.items(), *broken.items()]
        chance.shuffle(entries)
        yield dict(entries), right
    for table in BROKEN_TABLES:
        yield table, {}


def namespaces() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Give the globals of modules, and the entries that are right in each."""
    keys = ("project", "omit", "skipped", "source", "conditional", "exclude", "injected")
    for table, right in tables():
        yield namespace(table, **dict.fromkeys(keys, table)), right
    for name in (*keys, "sentry-modules"):
        for value in [*BROKEN_VALUES, *HUGE_VALUES]:
            yield namespace(SOUND, **{name: value}), SOUND
    for value in HUGE_VALUES:
        yield namespace({**SOUND, "huge": value}, conditional=value), SOUND
    for name in ("APPLIES", "__file__", "__loader__"):
        for value in [*BROKEN_VALUES, *HUGE_VALUES, Raising(), HostileText("x")]:
            yield {**namespace(SOUND), name: value}, SOUND
    for constant in BROKEN_CONSTANTS:
        yield {"MANIFEST": constant, "APPLIES": []}, {}


def texts() -> Iterator[bytes]:
    """Give files that hold no whole module: broken code, and a sound one cut off anywhere."""
    for text in BROKEN_TEXTS:
        yield text.encode("utf-8", "surrogatepass")
    sound = documents.text(SOUND)
    for length in range(sound.index("\n") - 1):
        yield sound[:length].encode()
    yield from (sound.encode(name) for name in ("utf-16", "utf-32"))
    for header in (b"# coding: not-a-coding\n", b"# coding: rot13\n", b"\xff\xfe", b"\0" * 100_000):
        yield header + sound.encode()
    yield from (b"(" * 100_000, b"x = 1" + b"0" * 100_000, b"MANIFEST = " + b"[" * 2000)
