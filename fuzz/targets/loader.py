"""The run-time loader: whatever the generated module is, an event arrives and nothing is raised.

An input is the text of the module, ``module.py``; or ``values.json``, from which a module of
stranger values is made than a text has. Text that calls or repeats anything is left out: what it
does is its own affair, as it is with any import.
"""

from __future__ import annotations

import ast
import importlib.metadata
import json
import sys
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import sentry_modules
import sentry_sdk
from sentry_modules.integration import FrozenModulesIntegration
from sentry_modules.manifest import is_line
from sentry_modules.modules import BUDGET
from sentry_sdk.transport import Transport

from fuzz import contract, parts
from fuzz.mutation import Mutation
from fuzz.targets import Target
from tests.artifacts import bundled

MODULE = "acme_fuzzed"
LONGEST = 256
DATA = (
    ast.Module, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Import, ast.alias, ast.If, ast.Expr,
    ast.Name, ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Subscript, ast.Attribute,
    ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Raise, ast.Delete, ast.Starred,
    ast.JoinedStr, ast.expr_context, ast.cmpop, ast.boolop, ast.unaryop, ast.operator, ast.Pass,
)  # fmt: skip
"""What text may hold to be run here: it can do no harm, and comes to an end."""


class HostileTable(dict[Any, Any]):
    """A table that raises when it is used in any way."""

    def _raise(self, *_: object) -> Any:
        raise RuntimeError("hostile")

    __iter__ = __getitem__ = __len__ = __contains__ = keys = values = items = copy = get = _raise


class HostileText(str):
    """Text that raises when it is compared."""

    __slots__ = ()

    def __eq__(self, _: object) -> bool:
        raise RuntimeError("hostile")

    __hash__ = str.__hash__


class _Arrivals(Transport):
    """Takes the events instead of a server."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.events.append(json.loads(envelope.items[0].get_bytes()))


def _run(data: bytes) -> None:
    files = parts.split(data)
    is_combined = bool(zlib.crc32(data) & 1)
    if module := _made(files.get("values.json", b"")):
        _observe(module, is_combined)
    elif _is_harmless(files.get("module.py", b"")):
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / f"{MODULE}.py").write_bytes(files.get("module.py", b""))
            sys.path.insert(0, name)
            try:
                _observe(MODULE, is_combined)
            finally:
                sys.path.remove(name)


def _is_harmless(text: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return True  # it cannot be run
        except MemoryError:
            return False  # the parser's word for deep nesting; it passes for a passing fault
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return all(isinstance(node, DATA) for node in nodes) and names <= {"sys", "os", "platform"}


def _observe(reference: ModuleType | str, is_combined: bool) -> None:
    """Send an event, and ask for versions, as an application does."""
    arrivals = _arrivals()
    arrivals.events.clear()
    client: Any = sentry_sdk.get_client()
    try:
        integration = FrozenModulesIntegration(reference, combine=is_combined)
        client.integrations = {integration.identifier: integration}
        sentry_sdk.capture_message("hello")
        modules = integration.modules()
        is_frozen = modules.origin.startswith(f"{MODULE} (") and not is_combined
        plain = ((k, v) for k, v in modules.versions.items() if type(k) is str is type(v))
        _ask(dict(islice(plain, 2)) if is_frozen else {})
    finally:
        sentry_modules.uninstall()
    contract.check(len(arrivals.events) == 1, "the event is lost")
    _check(arrivals.events[0].get("modules"))


@cache
def _arrivals() -> _Arrivals:
    """Make the one client, whose integration is exchanged for each input: making it is slow."""
    arrivals = _Arrivals()
    sentry_sdk.init(
        dsn="https://key@sentry.example.org/1",
        integrations=[FrozenModulesIntegration(MODULE)],
        auto_enabling_integrations=False,
        default_integrations=False,
        transport=arrivals,
    )
    return arrivals


def _ask(frozen: dict[str, str]) -> None:
    """Hold that versions are those of the manifest, and that none is made up."""
    for name, version in frozen.items():
        contract.check(importlib.metadata.version(name) == version, f"{name!a} is another")
    with suppress(importlib.metadata.PackageNotFoundError):
        contract.check(not importlib.metadata.version("no-such-thing"), "a version")
    for distribution in islice(importlib.metadata.distributions(), 3):
        contract.check(isinstance(distribution.metadata["Name"], str), "no name")


def _check(modules: object) -> None:
    if not isinstance(modules, dict):
        raise contract.BrokenError(f"{modules!a}")
    cost = sum(len(version) + 3 for version in modules.values())
    contract.check(cost <= BUDGET + 3, f"{cost} is more than the server keeps")
    for name, version in modules.items():
        # Among many short ones, one that is too long is not looked at while it fits the budget.
        is_valid = is_line(name[:LONGEST]) and is_line(version[:LONGEST])
        contract.check(is_valid, f"{name!a}: {version!a}")


def _made(data: bytes) -> ModuleType | None:
    """Make a module of values, in which some texts stand for what JSON cannot say."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return None
    module = ModuleType(MODULE)
    try:
        vars(module).update({key: _value(value) for key, value in values.items()})
    except (AttributeError, RuntimeError, TypeError):  # no object, or no table holds such a key
        return None
    return module


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        made = {_value(key): _value(inner) for key, inner in value.items()}
        return HostileTable(made) if "$hostile" in value else made
    if isinstance(value, list):
        return [_value(inner) for inner in value]
    if isinstance(value, str) and value.startswith("$"):
        return {"$text": HostileText("flask"), "$bytes": b"flask", "$object": object()}.get(
            value, HostileText(value)
        )
    return value


def _seeds() -> Iterator[bytes]:
    document = '{"sentry-modules": 1, "modules": {"flask": "3.1.3"}, "omit": ["flask"]}'
    for text in (
        bundled.MODULE,
        f"MANIFEST = r'''{document}'''\nAPPLIES = []\n",
        f"# -*- coding: latin-1 -*-\nMANIFEST = '{document}'\nraise SystemExit\n",
        f"import os\nMANIFEST = '{document[:-1]}'\ndel MANIFEST\nMANIFEST: str = {{1: 2}}\n",
    ):
        yield parts.join({"module.py": text.encode()})
    table: dict[str, Any] = {"flask": "3.1.3", "typing_extensions": "4", "Zope.Interface": "7"}
    entry = {"name": "b", "version": "1", "marker": "os_name == 'nt'", "reason": "why"}
    made = {"modules": table, "project": "acme", "source": "uv.lock", "skipped": [entry]}
    strange: list[Any] = [["flask", 1], {"a": "1"}, "$text", None, 10**40, [[[[]]]]]
    for value in strange:
        for key in (*made, "omit", "exclude", "conditional", "injected"):
            yield _module({**made, key: value}, [True])
        yield _module({**made, "modules": {**table, "a": value}}, [True])
        yield _module({**made, "conditional": [{**entry, "name": value}, entry]}, [value, True])
        for other in (value, "$bytes", {"$hostile": "1"}):
            yield _module({**made, "conditional": [entry]}, other)
            yield parts.join({"values.json": json.dumps({"MANIFEST": other}).encode()})
    many = {f"distribution-{number:04}": f"1.{number}" for number in range(1200)}
    yield _module({**made, "modules": many}, [])


def _module(document: dict[str, Any], applies: Any) -> bytes:
    text = json.dumps({"sentry-modules": 1, **document})
    return parts.join({"values.json": json.dumps({"MANIFEST": text, "APPLIES": applies}).encode()})


TARGET = Target(run=_run, seeds=_seeds, mutate=Mutation(_seeds()))
