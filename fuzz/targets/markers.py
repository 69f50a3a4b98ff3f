"""The marker compiler: Python that holds where packaging says that the marker does.

An input is a marker, and what an interpreter says of itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random

from packaging.markers import InvalidMarker, Marker, UndefinedComparison

from fuzz import contract, parts, texts
from fuzz.targets import Target
from hatch_sentry_modules import markers
from hatch_sentry_modules.markers.parse import VARIABLES
from hatch_sentry_modules.model import MarkerText
from tests.environments import LINUX, execute
from tests.markers.operands import (
    OPERATORS,
    PYTHON_LITERALS,
    PYTHONS,
    RELEASE_LITERALS,
    RELEASES,
    TEXTS,
)

_NUMBER = r"(?:0|[1-9]\d?)"
PYTHON = re.compile(
    rf"{_NUMBER}(\.{_NUMBER}){{2}}((a|b|rc){_NUMBER})?(\+([a-z0-9]+(\.[a-z0-9]+)*)?)?", re.ASCII
)
IMPLEMENTATION = re.compile(rf"{_NUMBER}(\.{_NUMBER}){{2}}((a|b|c){_NUMBER})?", re.ASCII)
LITERALS = [*PYTHON_LITERALS, *RELEASE_LITERALS, *TEXTS]
WORDS = [*VARIABLES, *OPERATORS, *(f"'{text}'" for text in LITERALS), " and ", " or ", "(", ")"]


def _run(data: bytes) -> None:
    files = parts.split(data)
    text = files.get("marker", b"").decode("utf-8", "replace").strip()
    environment = _environment(files.get("environment.json", b""))
    try:
        marker = markers.specialize(text)
    except InvalidMarker:
        return
    if isinstance(marker, bool):
        return
    contract.check(markers.specialize(marker) == marker, f"{marker!a} is not canonical")
    verdict = markers.evaluate(marker, environment)
    compiled = _executed(marker, environment)
    contract.check(compiled in {verdict, None}, f"compiled: not {verdict}")
    truth = _judged(text, environment)
    contract.check(_judged(marker, environment) == truth, f"{marker!a} is not {truth}")
    contract.check(truth in {verdict, None}, f"not {truth}")


def _judged(text: str, environment: dict[str, str]) -> bool | None:
    """Ask packaging; nothing where one comparison alone makes the whole undefined."""
    try:
        return Marker(text).evaluate(dict(environment))
    except UndefinedComparison:
        return None


def _executed(marker: MarkerText, environment: dict[str, str]) -> bool | None:
    """Execute what a marker is compiled to; nothing where it is refused."""
    try:
        expression = markers.to_python(frozenset({frozenset({marker})}))
    except markers.UncompilableMarkerError:
        return None
    text = f"{markers.imports([expression])}\nVERDICT = {expression}\n"
    contract.check(text.isascii(), "not ASCII")
    return bool(execute(text, environment)["VERDICT"])


def _environment(data: bytes) -> dict[str, str]:
    """Read what an interpreter says; what none can say is left as that of one on Linux."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        given = {}
    given = given if isinstance(given, dict) else {}
    texts_given = {k: v for k, v in given.items() if isinstance(v, str) and v.isprintable()}
    found = {name: texts_given.get(name, LINUX[name]) for name in LINUX}
    full = PYTHON.fullmatch(found["python_full_version"])
    if full is None:
        found["python_full_version"] = LINUX["python_full_version"]
    found["python_version"] = ".".join(found["python_full_version"].split(".")[:2])
    if not IMPLEMENTATION.fullmatch(found["implementation_version"]):
        found["implementation_version"] = LINUX["implementation_version"]
    # Where a release is a specifier, it is none with an operator or a wildcard of its own.
    if found["platform_release"].strip()[:1] in {"<", ">", "=", "!", "~"}:
        found["platform_release"] = "6.8.0"
    if found["platform_release"].strip().endswith(".*"):
        found["platform_release"] = "6.8.0"
    return found


def _seeds() -> Iterator[bytes]:
    random = Random(8)
    for _ in range(200):
        yield _joined(_marker(random), _anywhere(random))


def _marker(random: Random) -> str:
    """Make a valid marker, or nearly."""
    if not random.randrange(3):
        word = random.choice((" and ", " or "))
        inner = word.join(_marker(random) for _ in range(2))
        return f"({inner})" if random.randrange(2) else inner
    operands = [random.choice(VARIABLES), f"'{random.choice(LITERALS)}'"]
    random.shuffle(operands)
    return f" {random.choice(OPERATORS)} ".join(operands)


def _anywhere(random: Random) -> dict[str, str]:
    found = {name: random.choice(TEXTS) for name in VARIABLES}
    found["python_full_version"] = random.choice(PYTHONS)
    found["implementation_version"] = random.choice(PYTHONS).partition("+")[0].replace("rc", "c")
    found["platform_release"] = random.choice(RELEASES)
    return found


def _joined(marker: str, environment: dict[str, str]) -> bytes:
    text = marker.encode("utf-8", "replace").replace(b"\n", b" ")
    return parts.join({"marker": text, "environment.json": json.dumps(environment).encode()})


def _mutate(data: bytes, random: Random) -> bytes:
    files = parts.split(data)
    marker = files.get("marker", b"").decode("utf-8", "replace").rstrip("\n")
    environment = _environment(files.get("environment.json", b""))
    for _ in range(random.choice((1, 1, 2, 4))):
        way = random.randrange(6)
        if way == 0:
            marker = _marker(random)
        elif way == 1:
            marker = f"{marker}{random.choice((' and ', ' or '))}{_marker(random)}"
        elif way == 2:
            environment |= {random.choice(VARIABLES): random.choice(LITERALS)}
        elif way == 3:
            name = random.choice(VARIABLES)
            environment[name] = texts.alter(environment[name], random, LITERALS)
        else:
            marker = texts.alter(marker, random, WORDS)
    return _joined(marker, environment)


TARGET = Target(run=_run, seeds=_seeds, mutate=_mutate)
