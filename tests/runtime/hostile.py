"""Generated modules that are malformed, hostile or huge, made when they are needed."""

from __future__ import annotations

import random
from typing import Any, Iterator

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
HUGE_VALUES: list[Any] = [
    "1" * 1_000_000,
    "\n" * 1_000_000,
    b"1" * 1_000_000,
    range(10**12),
    10**1000,
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


def tables() -> Iterator[tuple[Any, dict[str, str]]]:
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


def namespaces() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Give the globals of modules, and the entries that are right in each."""
    for table, right in tables():
        others = dict.fromkeys(("PROJECT", "OMIT", "SKIPPED", "SOURCE"), table)
        yield {**others, "MODULES": table}, right
    for name in ("FORMAT", "SOURCE", "PROJECT", "OMIT", "SKIPPED", "__file__", "__loader__"):
        for value in [*BROKEN_VALUES, *HUGE_VALUES, Raising(), HostileText("x"), deep()]:
            yield {"MODULES": dict(SOUND), name: value}, SOUND
    for value in HUGE_VALUES:
        yield {"MODULES": {**SOUND, "huge": value}}, SOUND
        yield {"MODULES": {**SOUND, "deep": deep()}, "huge": value}, SOUND


def deep() -> list[Any]:
    """Nest lists deeper than recursion goes."""
    value: list[Any] = []
    for _ in range(50_000):
        value = [value]
    return value


def texts() -> Iterator[bytes]:
    """Give files that hold no whole module: broken code, and a sound one cut off anywhere."""
    for text in BROKEN_TEXTS:
        yield text.encode("utf-8", "surrogatepass")
    sound = f"MODULES = {SOUND!r}\n"
    for length in range(len(sound) - 2):
        yield sound[:length].encode()
    yield from (sound.encode(name) for name in ("utf-16", "utf-32"))
    for header in (b"# coding: not-a-coding\n", b"# coding: rot13\n", b"\xff\xfe", b"\0" * 100_000):
        yield header + sound.encode()
    yield from (b"(" * 100_000, b"x = 1" + b"0" * 100_000, b"MODULES = " + b"[" * 2000)
