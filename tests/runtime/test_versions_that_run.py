"""The version of each distribution is that of the code that Python imports."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Mapping

import pytest

from tests.runtime.application import RUNTIME, archive, manifest_text, report, write_files

MANIFEST = {"acme-app": "4.2", "cloud-storage": "2.0", "humanize": "4.17"}
ACME = {"acme/__init__.py": "", "acme/_sentry_modules.py": manifest_text(MANIFEST)}
SLIM = {**ACME, "humanize/__init__.py": "", "google/storage/__init__.py": ""}


def metadata(name: str, version: str, *modules: str, record: bool = True) -> dict[str, str]:
    """Return the files of an installed distribution, with its metadata."""
    info = f"{name}-{version}.dist-info"
    lines = "".join(f"{module},,\n" for module in modules)
    files = {f"{info}/METADATA": f"Name: {name}\nVersion: {version}\n"}
    return {**dict.fromkeys(modules, ""), **files, **({f"{info}/RECORD": lines} if record else {})}


HUMANIZE = metadata("humanize", "4.6", "humanize/__init__.py")
STORAGE = metadata("cloud_storage", "1.9", "google/storage/__init__.py")
RENAMED = {**ACME, "hum_impl/__init__.py": ""}
FOREIGN = metadata("foreign", "7", "foreign.py")
HOST = {**HUMANIZE, **STORAGE, **FOREIGN}

FROZEN = {"cloud-storage": "2.0", "humanize": "4.17"}
OF_HOST = {"cloud-storage": "1.9", "humanize": "4.6"}

EXTENDED = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)"

LAYOUTS: dict[str, tuple[list[Mapping[str, str]], dict[str, str], str]] = {
    "slim bundle, then the host": ([SLIM, HOST], FROZEN, ""),
    "the host, then the slim bundle": ([HOST, SLIM], OF_HOST, ""),
    "application alone": ([ACME, HOST], OF_HOST, ""),
    "neither has them": ([ACME, FOREIGN], FROZEN, ""),
    "one is left out of the bundle": (
        [{**ACME, "google/storage/__init__.py": ""}, HOST], {**FROZEN, "humanize": "4.6"}, "",
    ),
    "a namespace is split": (
        [{**ACME, "google/other.py": ""}, HOST], OF_HOST, "import google.other",
    ),
    "a layer without metadata": (
        [ACME, {"humanize/__init__.py": ""}, HOST], {**OF_HOST, "humanize": "4.17"}, "",
    ),
    "a layer with metadata": (
        [ACME, metadata("humanize", "4.9", "humanize/__init__.py"), HOST],
        {**OF_HOST, "humanize": "4.9"}, "",
    ),
    "imported from what comes later now": (
        [ACME, HOST], {**OF_HOST, "humanize": "4.6"},
        "import humanize; sys.path.insert(0, sys.path[0] + '/late')",
    ),
    "a module was a package once": (
        [{**ACME, "humanize.py": ""}, HOST], {**OF_HOST, "humanize": "4.17"}, "",
    ),
    "a package was a module once": (
        [SLIM, metadata("humanize", "4.6", "humanize.py")], FROZEN, "",
    ),
    "another name for its module": (
        [RENAMED, metadata("humanize", "4.6", "hum_impl/__init__.py")], FROZEN, "",
    ),
    "without a record": (
        [ACME, metadata("humanize", "4.6", "humanize/__init__.py", record=False)],
        {**FROZEN, "humanize": "4.6"}, "",
    ),
    "one file with a path, as six has": (
        [ACME, {**metadata("humanize", "4.6", "humanize.py"), "humanize.py": "__path__ = []"}],
        {**FROZEN, "humanize": "4.6"}, "import humanize",
    ),
    "metadata without code": ([ACME, metadata("humanize", "4.6")], FROZEN, ""),
    "left by an upgrade": (
        [ACME, {**HUMANIZE, **metadata("humanize", "4.17", "humanize/__init__.py")}], FROZEN, "",
    ),
    "left by two upgrades": (
        [ACME, {**metadata("humanize", "4.6.9", "humanize/__init__.py"),
                **metadata("humanize", "4.6.18", "humanize/__init__.py")}],
        {**FROZEN, "humanize": "4.6.18"}, "",
    ),
    "left by two upgrades of a local version": (
        [ACME, {**metadata("humanize", "4.6.0+cu118", "humanize/__init__.py"),
                **metadata("humanize", "4.6.1+cu118", "humanize/__init__.py")}],
        {**FROZEN, "humanize": "4.6.1+cu118"}, "",
    ),
    "a setuptools install of old": (
        [ACME, {"humanize/__init__.py": "", "humanize.egg-info/PKG-INFO": "Version: 4.5\n"}],
        {**FROZEN, "humanize": "4.5"}, "",
    ),
    "in a namespace of a package": (
        [{**ACME, "google/__init__.py": EXTENDED, "google/other/__init__.py": ""},
         metadata("cloud_storage", "1.9", "google/__init__.py", "google/a/__init__.py",
                  "cloud/storage/__init__.py")],
        {**FROZEN, "cloud-storage": "1.9"}, "",
    ),
    "junk that many distributions bring": (
        [{**SLIM, "tests/__init__.py": ""},
         metadata("humanize", "4.6", "tests/__init__.py", "zz_humanize/__init__.py")],
        {**FROZEN, "humanize": "4.6"}, "",
    ),
}  # fmt: skip
"""What lies in each place of the path, in order; the versions that run; what is done before."""

PROGRAM = """
import json, sys
from importlib import metadata
{before}
import sentry_modules
from sentry_modules.reference import ManifestReference
sentry_modules.install("acme")
decision = ManifestReference.of_caller("acme").decision()
decided = decision.of(decision.manifest.carried)
asked = dict((name, metadata.version(name)) for name in decided)
print(json.dumps([decided, asked]))
"""


@pytest.mark.parametrize("is_archived", [False, True])
@pytest.mark.parametrize("end", ["", os.sep])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_code_that_python_imports(
    tmp_path: Path, layout: str, end: str, is_archived: bool
) -> None:
    """The event and ``importlib.metadata`` list it, and nothing that is foreign."""
    contents, versions, before = LAYOUTS[layout]
    places = [write_files(tmp_path / str(n), files) for n, files in enumerate(contents)]
    if is_archived:
        places = [
            archive(place, tmp_path / f"{place.name}.zip") if (place / "acme").exists() else place
            for place in places
        ]
    before = f"sys.path[:0] = {[f'{place}{end}' for place in places]!r}\n{before}"
    found: Any = report("-S", "-c", PROGRAM.format(before=before), path=(RUNTIME,))
    expected = {"acme-app": "4.2", **versions}
    assert found == [expected, expected]


@pytest.mark.parametrize("name", ["cloud-storage", "cloud_storage"])
def test_what_an_upgrade_left_whatever_its_spelling(tmp_path: Path, name: str) -> None:
    """Names are spelled in the manifest as in the metadata, or normalized."""
    manifest = manifest_text({"acme-app": "4.2", name: "2.0"})
    files = {"acme/__init__.py": "", "acme/_sentry_modules.py": manifest}
    both = {**STORAGE, **metadata("cloud_storage", "2.0", "google/storage/__init__.py")}
    path = (write_files(tmp_path / "app", files), write_files(tmp_path / "site", both), RUNTIME)
    found: Any = report("-S", "-c", PROGRAM.format(before=""), path=path)
    assert found == [{"acme-app": "4.2", name: "2.0"}] * 2


def test_the_stock_list_knows_it_by_one_name(tmp_path: Path) -> None:
    """The SDK drops a second distribution of a name only where both are spelled alike."""
    manifest = manifest_text({"acme-app": "4.2", "cloud-storage": "2.0"})
    files = {"acme/__init__.py": "", "acme/_sentry_modules.py": manifest, **STORAGE}
    app = {name: text for name, text in files.items() if "google" in name or "acme" in name}
    program = (
        "import sentry_modules, json; sentry_modules.install('acme')\n"
        "from importlib import metadata\n"
        "found = [(d.metadata['Name'], d.version) for d in metadata.distributions()]\n"
        "print(json.dumps(sorted(one for one in found if one[0].startswith('cloud'))))\n"
    )
    app["google/storage/__init__.py"] = ""
    host = write_files(tmp_path / "host", files)
    found: Any = report(
        "-S", "-c", program, path=(write_files(tmp_path / "app", app), host, RUNTIME)
    )
    assert {name for name, _ in found} == {"cloud_storage"}
