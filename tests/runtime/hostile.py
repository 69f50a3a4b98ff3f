"""Generated modules that are malformed, hostile or huge, made when they are needed."""

from __future__ import annotations

import json
import random
from typing import Any, Iterator

SOUND = {"acme-app": "4.2.0", "certifi": "2020.12.5", "flask": "3.1.3"}
SEED = 20261122


class HostileText(str):
    """Text that raises when it is compared or hashed."""

    def __eq__(self, _: object) -> bool:
        raise RuntimeError("hostile")

    __hash__ = str.__hash__


BROKEN_VALUES: list[Any] = [None, 1, 0.0, float("nan"), [], {}, "", "a\nb", "\x7f", "\ud800", "ä"]
HUGE_VALUES: list[Any] = ["1" * 1_000_000, "\n" * 1_000_000, 10**1000, [0] * 100_000]
BROKEN_NAMES: list[str] = ["", "a\nb", "\udfff", "ö", "a\x1b[1mb", "\x7f", "x" * 1000]
NO_TABLES: list[Any] = [None, 1, "x", [], [["flask", "1"]], {}, {"": ""}]
OTHER_KEYS = ("sentry-modules", "project", "source", "conditional", "skipped", "omitted", "exclude")
NO_DOCUMENTS: list[Any] = [
    None,
    1,
    b'{"modules": {"flask": "3.1.3"}}',
    {"modules": {"flask": "3.1.3"}},
    "",
    "null",
    "[]",
    "{",
    '{"modules"',
    "NaN",
    "1" * 1_000_000,
    '{"sentry-modules": ' + "1" * 4_000_000 + "}",
    "[" * 100_000,
    '{"a":' * 100_000,
    json.dumps({"modules": {"flask": "3.1.3"}}) + " x",
    " " * 5_000_000 + json.dumps({"modules": {"flask": "3.1.3"}}),
    HostileText(json.dumps({"modules": {"flask": "3.1.3"}})),
]
"""Values of the constant that are no document, or one that is too long."""

BROKEN_TEXTS = [
    "MANIFEST = '{",
    'MANIFEST = \'{"modules": {"flask": "3.1.3"}}\'\nraise RuntimeError(\'late\')',
    "raise SystemExit(3)",
    "import sys\nsys.exit()",
    "raise GeneratorExit",
    "raise BaseException",
    "def f():\n    f()\nf()",
    "MANIFEST = []\nfor _ in range(100_000):\n    MANIFEST = [MANIFEST]",
    "\0",
    "\ufeffMANIFEST = 1",
    "import not_there",
    "from . import _sentry_modules",
    "MANIFEST = '1' * 100_000_000",
    "assert False",
    "",
    "class MANIFEST(str):\n    pass",
    "MANIFEST = type('T', (str,), {'__eq__': lambda *_: 1 / 0})('{}')",
    "import sentry_sdk\nsentry_sdk.capture_message('from inside')\nMANIFEST = None",
    "import importlib.metadata as m\nMANIFEST = m.version('flask')",
    "del __builtins__\nMANIFEST = print",
]


def tables() -> Iterator[tuple[Any, dict[str, str]]]:
    """Return tables of all kinds of brokenness, and what is right in each, the same every time."""
    chance = random.Random(SEED)  # noqa: S311 - the same at every run
    for number in range(280 - len(NO_TABLES)):
        names, versions = chance.sample(BROKEN_NAMES, 3), chance.choices(BROKEN_VALUES, k=2)
        right = dict(chance.sample(sorted(SOUND.items()), number % 4))
        broken = {**dict.fromkeys(names, "1"), **dict(zip(("bad-one", "bad-two"), versions))}
        entries = [*right.items(), *broken.items()]
        chance.shuffle(entries)
        yield dict(entries), right
    for table in NO_TABLES:
        yield table, {}


def namespaces() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Return the globals of modules, and the entries that are right in each."""
    for table, right in tables():
        others = dict.fromkeys(OTHER_KEYS, table)
        yield {"MANIFEST": json.dumps({**others, "modules": table}), "APPLIES": table}, right
    for key in OTHER_KEYS:
        for value in [*BROKEN_VALUES, *HUGE_VALUES, deep(100)]:
            yield {"MANIFEST": json.dumps({"modules": SOUND, key: value})}, SOUND
    for value in HUGE_VALUES:
        yield {"MANIFEST": json.dumps({"modules": {**SOUND, "huge": value}})}, SOUND
    for name in ("APPLIES", "__file__", "__loader__", "__spec__"):
        for value in [*BROKEN_VALUES, *HUGE_VALUES, b"x", object(), deep(50_000), HostileText("x")]:
            yield {"MANIFEST": json.dumps({"modules": SOUND}), name: value}, SOUND
    for text in NO_DOCUMENTS:
        yield {"MANIFEST": text}, {}


def deep(levels: int) -> list[Any]:
    """Nest lists, perhaps deeper than recursion goes."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def texts() -> Iterator[bytes]:
    """Return files that hold no whole module: broken code, and a sound one cut off anywhere."""
    for text in BROKEN_TEXTS:
        yield text.encode("utf-8", "surrogatepass")
    sound = f"MANIFEST = {json.dumps({'modules': SOUND})!r}\n"
    for length in range(len(sound) - 2):
        yield sound[:length].encode()
    yield from (sound.encode(name) for name in ("utf-16", "utf-32"))
    for header in (b"# coding: not-a-coding\n", b"# coding: rot13\n", b"\xff\xfe", b"\0" * 100_000):
        yield header + sound.encode()
    yield from (b"(" * 100_000, b"x = 1" + b"0" * 100_000, b"MANIFEST = " + b"[" * 2000)
