"""What ``importlib.metadata`` says in a stripped application, and on a crowded host."""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, Iterator

import pytest
import sentry_modules
from sentry_modules.finder import is_ours

from tests.runtime.application import (
    RUNTIME,
    generated,
    installed_once,
    manifest_text,
    pip_install,
    report,
    write_files,
    write_wheel,
)

ENTRY_POINTS = "[acme.plugins]\nfirst = flask:app\n"
LISTED = {"acme-app": "4.2.0", "flask": "3.1.3", "acme_tools": "4.1"}


@pytest.fixture
def stripped(process: None) -> None:  # noqa: ARG001 - a fixture, to be put back as it was
    """Install the finder for a manifest without a place of its own: a stripped application."""
    sentry_modules.install(generated(LISTED))


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that puts a flask without metadata before everything on the path."""

    def bundle() -> None:
        write_files(tmp_path / "bundle", {"flask/__init__.py": ""})
        monkeypatch.syspath_prepend(str(tmp_path / "bundle"))

    return bundle


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that has pip install a real flask of some version on the path."""

    def install(version: str) -> None:
        wheel = write_wheel(tmp_path, "Flask", version, {"flask/__init__.py": ""}, ENTRY_POINTS)
        pip_install("--target", tmp_path / version, wheel)
        monkeypatch.syspath_prepend(str(tmp_path / version))

    return install


def plugins() -> list[str]:
    """Return the values of the entry points of the group that only the real flask has."""
    found: Any = importlib.metadata.entry_points()
    group = found.select(group="acme.plugins") if hasattr(found, "select") else found
    if isinstance(group, dict):
        group = group.get("acme.plugins", ())
    return [point.value for point in group]


@pytest.mark.usefixtures("stripped")
@pytest.mark.parametrize("name", ["acme_tools", "acme-tools", "Acme.Tools"])
def test_any_spelling_of_a_name(name: str) -> None:
    """Names are compared after normalization, as everywhere in Python packaging."""
    assert importlib.metadata.version(name) == "4.1"


@pytest.mark.usefixtures("stripped")
def test_a_distribution_that_only_the_manifest_knows() -> None:
    """All of the interface answers: what is not known is what the interface calls unknown."""
    assert importlib.metadata.version("acme-app") == "4.2.0"
    found = importlib.metadata.distribution("acme-app")
    assert found.metadata["Name"] == "acme-app"
    assert found.metadata["Version"] == found.version == "4.2.0"
    assert importlib.metadata.metadata("acme-app")["Version"] == "4.2.0"
    assert importlib.metadata.requires("acme-app") is None
    assert importlib.metadata.files("acme-app") is None
    assert list(found.entry_points) == []
    assert found.read_text("RECORD") is None
    assert str(found.locate_file("acme")) == "acme"


@pytest.mark.usefixtures("stripped")
@pytest.mark.skipif(sys.version_info < (3, 10), reason="came with Python 3.10")
def test_the_interface_of_newer_versions() -> None:
    """``name`` and ``packages_distributions`` came later, and find nothing to stumble over."""
    found = importlib.metadata.distribution("acme-tools")
    assert getattr(found, "name", None) == "acme_tools"
    assert "flask" not in importlib.metadata.packages_distributions()


@pytest.mark.usefixtures("stripped")
def test_all_distributions_are_listed_once() -> None:
    """A scan finds each entry of the manifest, and one of each."""
    names = [found.metadata["Name"] for found in importlib.metadata.distributions()]
    assert names.count("acme-app") == names.count("flask") == 1
    assert "acme_tools" in names


@pytest.mark.usefixtures("stripped")
def test_what_the_manifest_does_not_list() -> None:
    """The other finders answer, and nobody's absence is covered up."""
    assert importlib.metadata.version("pytest") == pytest.__version__
    with pytest.raises(PackageNotFoundError):
        importlib.metadata.version("not-there")


@pytest.mark.usefixtures("stripped")
def test_a_search_elsewhere(tmp_path: Path) -> None:
    """Who names a path asks what is there, not what the application runs on."""
    assert list(importlib.metadata.distributions(path=[str(tmp_path)])) == []


@pytest.mark.usefixtures("stripped")
def test_a_search_on_a_path_that_is_an_iterator(tmp_path: Path) -> None:
    """It is there for the finder that looks on it."""
    info = tmp_path / "other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: other\nVersion: 1.0\n", encoding="utf-8")
    path: Any = map(str, [tmp_path])
    found = importlib.metadata.distributions(path=path)
    assert [one.metadata["Name"] for one in found] == ["other"]


@pytest.mark.usefixtures("stripped")
@pytest.mark.parametrize("kind", [list, tuple])
def test_a_search_on_the_path_of_the_process(kind: Any) -> None:
    """A copy of it means the same places."""
    found = importlib.metadata.distributions(name="flask", path=kind(sys.path))
    assert [one.version for one in found][:1] == ["3.1.3"]


@pytest.mark.usefixtures("stripped")
def test_a_real_distribution_of_the_same_version(real: Any) -> None:
    """It is left entirely alone: the very object, its files and its entry points."""
    real("3.1.3")
    found = importlib.metadata.distribution("flask")
    assert type(found) is importlib.metadata.PathDistribution
    assert found.metadata["Name"] == "Flask"
    assert "flask/__init__.py" in map(str, found.files or ())
    assert plugins() == ["flask:app"]


def test_a_real_distribution_whose_code_runs(real: Any, request: pytest.FixtureRequest) -> None:
    """Where the bundle has no flask the host's is imported, and left entirely alone."""
    real("1.0")
    request.getfixturevalue("stripped")  # it is decided at once where pkg_resources is imported
    assert importlib.metadata.version("flask") == "1.0"
    assert type(importlib.metadata.distribution("flask")) is importlib.metadata.PathDistribution


@pytest.mark.usefixtures("stripped")
def test_a_real_distribution_of_another_version(real: Any, bundled: Any) -> None:
    """The bundle's version wins; the host's entry points and files stay discoverable."""
    real("1.0")
    bundled()
    assert importlib.metadata.version("flask") == "3.1.3"
    found = importlib.metadata.distribution("flask")
    assert found.metadata["Version"] == "3.1.3"
    assert found.requires is None
    assert [point.value for point in found.entry_points] == ["flask:app"]
    (file,) = [file for file in found.files or () if file.name == "__init__.py"]
    assert Path(file.locate()).is_file()
    assert plugins() == ["flask:app"]


@pytest.mark.usefixtures("stripped")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="it reads setuptools' own file alone")
def test_import_packages_of_a_real_distribution(real: Any, bundled: Any) -> None:
    """``packages_distributions`` maps what the host's files tell, and names each once."""
    real("1.0")
    bundled()
    assert importlib.metadata.packages_distributions()["flask"] == ["Flask"]


@pytest.mark.usefixtures("process")
def test_an_intact_application_is_left_alone(tmp_path: Path, monkeypatch: Any) -> None:
    """Where live metadata is believed, the finder finds nothing at all."""
    write_files(tmp_path, {"kept/__init__.py": "", "kept/_sentry_modules.py": manifest_text()})
    (tmp_path / "acme_app-4.2.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    sentry_modules.install("kept")
    with pytest.raises(PackageNotFoundError):
        importlib.metadata.version("flask")


@pytest.mark.usefixtures("stripped")
def test_installing_twice_and_uninstalling() -> None:
    """One finder serves the process however often it is installed, and leaves without a trace."""
    before = len(sys.meta_path)
    sentry_modules.install()
    sentry_modules.install()
    assert len(sys.meta_path) == before
    sentry_modules.uninstall()
    assert not any(map(is_ours, sys.meta_path))
    with pytest.raises(PackageNotFoundError):
        importlib.metadata.version("acme-app")
    sentry_modules.uninstall()


@pytest.mark.usefixtures("stripped")
def test_a_finder_of_somebody_else_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not asked for more than it would be, and what it raises does not come through ours."""

    class Raising:
        @staticmethod
        def find_spec(*_: object) -> None:
            return None

        @staticmethod
        def find_distributions(*_: object) -> Iterator[Any]:
            raise RuntimeError("somebody else")

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Raising])
    assert importlib.metadata.version("flask") == "3.1.3"


@pytest.mark.usefixtures("stripped")
def test_a_lookup_that_does_not_concern_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a name that the manifest does not list, no other finder is asked a second time."""
    asked: list[Any] = []

    class Counting:
        @staticmethod
        def find_spec(*_: object) -> None:
            return None

        @staticmethod
        def find_distributions(context: Any) -> Iterator[Any]:
            asked.append(context.name)
            return iter(())

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Counting])
    with pytest.raises(PackageNotFoundError):
        importlib.metadata.version("not-there")
    assert asked == ["not-there"]


@pytest.mark.usefixtures("stripped")
def test_broken_metadata_of_a_real_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A metadata directory without its file has no version, so the manifest's counts."""
    (tmp_path / "flask-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert importlib.metadata.version("flask") == "3.1.3"
    named = []
    for distribution in importlib.metadata.distributions():
        # Since Python 3.15 the one without its file raises MetadataNotFound here.
        with contextlib.suppress(FileNotFoundError):
            named += [distribution.metadata["Name"]] if distribution.metadata else []
    assert "flask" in named


@pytest.mark.usefixtures("process")
def test_a_manifest_that_asks_for_a_version_itself(tmp_path: Path, monkeypatch: Any) -> None:
    """The finder does not wait for a manifest that waits for the finder."""
    text = (
        "import importlib.metadata\n"
        "try:\n    importlib.metadata.version('flask')\n    KNOWN = True\n"
        "except importlib.metadata.PackageNotFoundError:\n    KNOWN = False\n"
        "import json\n"
        "MANIFEST = json.dumps({'modules': {'flask': '3.1.3', 'known': str(KNOWN)}})\n"
    )
    write_files(tmp_path, {"asks/__init__.py": "", "asks/_sentry_modules.py": text})
    monkeypatch.syspath_prepend(str(tmp_path))
    sentry_modules.install("asks")
    assert importlib.metadata.version("flask") == "3.1.3"
    assert importlib.metadata.version("known") == "False"


BACKPORT = """
import json, sentry_modules
sentry_modules.install('acme')
import importlib_metadata as m
distributions = list(m.distributions())
alone, flask = m.distribution('acme-app'), m.distribution('flask')
plugins = m.entry_points(group='acme.plugins')
def missing(metadata):
    try:
        return str(metadata['Missing'])
    except KeyError:
        return 'KeyError'
print(json.dumps({
    "versions": [m.version('Acme.App'), flask.version],
    "listed": [d.metadata['Name'] for d in distributions].count('acme-app'),
    "foreign classes": [str(type(d)) for d in distributions if not isinstance(d, m.Distribution)],
    "plugins": [p.value for p in plugins],
    "of flask": [p.value for p in flask.entry_points.select(group='acme.plugins')],
    "of none": [list(alone.entry_points.select(group='x')), sorted(alone.entry_points.names)],
    "unknown": [alone.requires, alone.files, getattr(alone, 'origin', None)],
    "json": [alone.metadata.json['version'], missing(alone.metadata) in ('KeyError', 'None')],
    "packages": m.packages_distributions()['flask'],
}))
"""


@pytest.mark.parametrize("version", ["", "==9.0.0", "==6.11.0", "==4.13.0"])
def test_the_backport(tmp_path: Path, version: str) -> None:
    """``importlib_metadata`` finds the same, in its own classes with all of their interface."""
    if version == "==9.0.0" and sys.version_info < (3, 10):
        pytest.skip("that backport needs a newer Python")
    wheel = write_wheel(tmp_path, "flask", "1.0", {"flask/__init__.py": ""}, ENTRY_POINTS)
    pip_install("--target", tmp_path / "site", wheel)
    files = {"flask/__init__.py": "", "acme/_sentry_modules.py": manifest_text()}
    write_files(tmp_path, {"acme/__init__.py": "", **files})
    backport = installed_once(f"importlib_metadata{version}")
    path = (tmp_path, tmp_path / "site", RUNTIME, backport)
    assert report("-W", "ignore", "-c", BACKPORT, path=path) == {
        "versions": ["4.2.0", "3.1.3"],
        "listed": 1,
        "foreign classes": [],
        "plugins": ["flask:app"],
        "of flask": ["flask:app"],
        "of none": [[], []],
        "unknown": [None, None, None],
        "json": ["4.2.0", True],
        "packages": ["flask"],
    }


def test_installing_imports_next_to_nothing() -> None:
    """Where a frozen application starts, neither the SDK nor ``importlib.metadata`` comes in."""
    program = (
        "import json, sys; before = set(sys.modules)\n"
        "import sentry_modules; sentry_modules.install()\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    found = report("-c", program, path=(RUNTIME,))
    assert "sentry_sdk" not in found
    assert "importlib.metadata" not in found
    assert "sentry_modules.finder" in found
