"""The renderer: whatever is in a manifest, the text is ASCII and data, and says it again.

An input is a JSON object with the manifest's fields; conditions are lists of lists of markers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.markers import InvalidMarker
from packaging.utils import NormalizedName

from fuzz import contract, parts
from fuzz.mutation import Mutation
from fuzz.targets import Target
from hatch_sentry_modules import manifest_document, markers, render
from hatch_sentry_modules.model import ALWAYS, Condition, Distribution, Manifest, MarkerText
from tests.environments import LINUX, execute


def _run(data: bytes) -> None:
    try:
        values = json.loads(parts.split(data).get("manifest.json", b""))
        # No reader of a source lets half a surrogate pair in, of which JSON makes another text.
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return
    if isinstance(values, dict):
        manifest = _manifest(values)
        table = contract.executed(manifest, LINUX)
        _check(manifest, table)


def _check(manifest: Manifest, table: dict[str, str]) -> None:
    text = render.to_python(manifest)
    compile(text, "_sentry_modules.py", "exec")
    names = execute(text, LINUX)
    expected = [d for d in manifest.distributions if d.condition == ALWAYS]
    for d in expected:
        versions = {other.version for other in manifest.distributions if other.key == d.key}
        contract.check(table.get(d.key) in versions, f"{d.key!a} is not {versions!a}")
    contract.check(table.keys() <= {d.key for d in manifest.distributions}, "another name")
    document = json.loads(str(names["MANIFEST"]))
    contract.check(names["MANIFEST"] == render.to_json(manifest), "another document")
    contract.check(document["source"] == manifest.source, "another source")
    contract.check(document["project"] == manifest.project, "another project")
    skipped = {entry["name"]: entry["reason"] for entry in document["skipped"]}
    contract.check(skipped == dict(manifest.skipped), "another reason")
    omitted = {d.key for d in expected if d.name in manifest.omitted}
    pins = {pin.rpartition("==")[0] for pin in document.get("omitted", ())}
    contract.check(pins == omitted, "others are omitted")
    contract.check(manifest_document.find(text.encode()) is not None, "not read again")


def _manifest(values: dict[str, Any]) -> Manifest:
    project, source, skipped = (values.get(k) for k in ("project", "source", "skipped"))
    omitted = values.get("omitted")
    return Manifest(
        project=NormalizedName(project) if isinstance(project, str) else None,
        source=source if isinstance(source, str) else "uv.lock",
        distributions=tuple(_distributions(values.get("distributions"))),
        skipped={
            NormalizedName(name): reason
            for name, reason in (skipped.items() if isinstance(skipped, dict) else ())
            if isinstance(reason, str)
        },
        omitted=frozenset(NormalizedName(n) for n in omitted if isinstance(n, str))
        if isinstance(omitted, list)
        else frozenset(),
    )


def _distributions(values: object) -> Iterator[Distribution]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            name, version, key = (value.get(k) for k in ("name", "version", "listed_as"))
            # Pins are taken apart at ``==``; no valid name or version has an equals sign.
            if isinstance(name, str) and isinstance(version, str) and "=" not in f"{name}{version}":
                yield Distribution(
                    name=NormalizedName(name),
                    version=version,
                    condition=_condition(value.get("condition")),
                    listed_as=key if isinstance(key, str) and "=" not in key else "",
                )


def _condition(value: object) -> Condition:
    """Make a condition of the markers that are some, and can be compiled."""
    clauses = value if isinstance(value, list) else [[]]
    return frozenset(
        frozenset(marker for text in clause if (marker := _marker(text)))
        for clause in clauses
        if isinstance(clause, list)
    )


def _marker(text: object) -> MarkerText | None:
    try:
        marker = markers.specialize(text) if isinstance(text, str) else None
        if marker is None or isinstance(marker, bool):
            return None
        markers.to_python(frozenset({frozenset({marker})}))
    except (InvalidMarker, markers.UncompilableMarkerError):
        return None
    return marker


def _seeds() -> Iterator[bytes]:
    texts = ['sys_platform == "win32"', 'python_version < "3.11"', 'os_name != "nt"']
    release = '"generic" in platform_release and "arm" in platform_machine'
    distributions: list[dict[str, Any]] = [
        {"name": "flask", "version": "3.1.3"},
        {"name": "colorama", "version": "0.4.6", "condition": [[texts[0]]]},
        {"name": "numpy", "version": "1.26.4", "condition": [[texts[1], texts[2]], [release]]},
        {"name": "typing-extensions", "version": "4.1", "listed_as": "typing_extensions"},
    ]
    values = {
        "project": "acme-app",
        "source": "uv.lock",
        "distributions": distributions,
        "skipped": {"acme-core": "the lock file holds no version"},
        "omitted": ["flask", "numpy"],
    }
    yield parts.join({"manifest.json": json.dumps(values).encode()})
    for path in sorted((Path(__file__).parents[2] / "fixtures" / "locks").glob("uv/*/uv.lock")):
        values["source"] = path.parent.name
        yield parts.join({"manifest.json": json.dumps(values).encode()})


TARGET = Target(run=_run, seeds=_seeds, mutate=Mutation(_seeds()))
