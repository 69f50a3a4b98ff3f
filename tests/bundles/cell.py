"""One cell of the bundle matrix: a bundle on a host, with the stock SDK and frozen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import jsonschema

from demo.applications import Application
from demo.bundles import Bundle
from demo.report import Finding, judge
from demo.server import Server, event_schema
from tests.bundles.hosts import Host
from tests.bundles.pages import stored
from tests.bundles.workshop import Pair

COLUMNS = ("wrong", "foreign", "frameworks", "version()")
"""What the table shows of a run, beside how much is right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What one run of a bundle came to: its finding, and what else is wrong with the event.

    ``versions`` counts the distributions of which ``importlib.metadata`` says the right version.
    """

    finding: Finding
    versions: int
    faults: tuple[str, ...]

    @property
    def is_perfect(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        is_answered = self.versions == self.finding.expected
        return self.finding.is_perfect and is_answered and not self.faults


Everywhere: TypeAlias = Callable[[Pair], dict[str, Run]]
"""Runs a pair on every host, and gives what the frozen one came to on each."""


def compare(pair: Pair, host: Host, tracker: Server) -> tuple[Run, Run]:
    """Run the bundle of each kind on a host."""
    stock = send(host.place(pair.stock), f"{host.name}, stock", tracker, stock=True)
    return stock, send(host.place(pair.frozen), f"{host.name}, frozen", tracker)


def send(bundle: Bundle, name: str, tracker: Server, *, stock: bool = False) -> Run:
    """Run a bundle, and judge the event that the server then holds as Sentry would have it."""
    from sentry_relay.processing import StoreNormalizer  # there is none for Windows

    written: list[str] = []
    title = f"{bundle.name}, {bundle.application.name}, {name}"
    event = stored(tracker, title, lambda dsn: written.append(bundle.send(dsn, stock=stock)))
    normalized = StoreNormalizer(project_id=1, enable_trimming=True).normalize_event(dict(event))
    printed = json.loads(written[-1].splitlines()[-1])
    return Run(
        finding=judge(normalized, bundle),
        versions=sum(printed[name] == version for name, version in bundle.truth.items()),
        faults=(*_violations(event), *remarks(normalized)),
    )


def _violations(event: Mapping[str, Any]) -> Iterator[str]:
    """Name what in an event is not as Sentry's schema has it."""
    sent = {key: value for key, value in event.items() if key != "_meta"}
    for error in _validator().iter_errors(sent):
        yield f"{error.json_path}: {error.message}"


@cache
def _validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(event_schema())


def remarks(normalized: Mapping[str, Any]) -> Iterator[str]:
    """Name what the ingest server says it had to change in the modules, or could not read."""
    if remark := normalized.get("_meta", {}).get("modules"):
        yield f"_meta.modules: {remark}"
    for error in normalized.get("errors") or ():
        if str(error.get("name", "")).startswith("modules"):
            yield f"errors: {error}"


def row(bundle: Bundle, host: Host, runs: Iterable[Run]) -> list[str]:
    """Return what the table shows of a cell."""
    cells = [cell for run in runs for cell in _columns(run, bundle.application)]
    return [bundle.name, bundle.application.name, host.name, *cells]


def _columns(run: Run, application: Application) -> list[str]:
    finding, needed = run.finding, len(application.frameworks)
    return [
        f"{finding.right} of {finding.expected}",
        str(finding.wrong),
        str(finding.foreign),
        f"{needed - len(finding.off)} of {needed}",
        f"{run.versions} of {finding.expected}",
    ]
