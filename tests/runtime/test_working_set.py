"""What ``pkg_resources`` says in a stripped application, where it is still there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.runtime.application import (
    RUNTIME,
    archive,
    installed_once,
    manifest_text,
    pip_install,
    report,
    write_files,
    write_wheel,
)

ENTRY_POINTS = "[acme.plugins]\nfirst = flask:app\n"
LISTED = {"acme-app": "4.2.0", "flask": "3.1.3", "acme_tools": "4.1", "zope-interface": "7"}
PKG_RESOURCES = "setuptools<81"

INSTALL = "import sentry_modules; sentry_modules.install('acme')\n"
IMPORT = "import pkg_resources as p\n"
UNINSTALL = "sentry_modules.uninstall()\n"


@pytest.fixture
def say(tmp_path: Path) -> Any:
    """Return a function that runs a program in a stripped application on a host with some flask."""
    manifest = {"acme/__init__.py": "", "acme/_sentry_modules.py": manifest_text(LISTED)}
    write_files(tmp_path / "app", {**manifest, "flask/__init__.py": ""})

    def run(program: str, expression: str, flask: str = "1.0", extra: tuple[Path, ...] = ()) -> Any:
        wheel = write_wheel(tmp_path, "flask", flask, {"flask/__init__.py": ""}, ENTRY_POINTS)
        pip_install("--target", tmp_path / "site", wheel)
        found = f"import json, sys\n{program}\nprint(json.dumps({expression}))"
        path = (*extra, tmp_path / "app", tmp_path / "site", RUNTIME, installed_once(PKG_RESOURCES))
        return report("-W", "ignore", "-c", found, path=path)

    return run


BOTH_ORDERS = pytest.mark.parametrize(
    "program", [INSTALL + IMPORT, IMPORT + INSTALL], ids=["imported-after", "imported-before"]
)


@BOTH_ORDERS
def test_a_distribution_that_only_the_manifest_knows(say: Any, program: str) -> None:
    """It has a version, and nothing else that a real one has."""
    known = (
        "[(d := p.get_distribution('acme-app')).version, d.requires(), d.get_entry_map(),"
        " d.has_metadata('RECORD'), p.require('acme-app')[0].version]"
    )
    assert say(program, known) == ["4.2.0", [], {}, False, "4.2.0"]


@BOTH_ORDERS
def test_each_is_listed_once(say: Any, program: str) -> None:
    """The working set is what old code takes the list of distributions from."""
    listed = say(program, "sorted([d.key, d.version] for d in p.working_set)")
    ours = [["acme-app", "4.2.0"], ["acme-tools", "4.1"], ["flask", "3.1.3"]]
    assert [entry for entry in listed if entry[0] in LISTED or entry in ours] == [
        *ours,
        ["zope-interface", "7"],
    ]
    assert "setuptools" in [name for name, _ in listed]


@BOTH_ORDERS
@pytest.mark.parametrize("name", ["Acme.Tools", "acme_tools", "zope.interface"])
def test_any_spelling_of_a_name(say: Any, program: str, name: str) -> None:
    """A dot or an underscore finds what the manifest lists with a hyphen, and the reverse."""
    assert say(program, f"p.get_distribution('{name}').version in ('4.1', '7')")


@BOTH_ORDERS
def test_a_real_distribution_of_another_version(say: Any, program: str) -> None:
    """The bundle's version wins; the host's entry points and files stay discoverable."""
    flask = (
        "[(d := p.get_distribution('flask')).version, d.requires(),"
        " [e.module_name for e in p.iter_entry_points('acme.plugins')],"
        " d.has_metadata('RECORD'), d.location.endswith('site')]"
    )
    assert say(program, flask) == ["3.1.3", [], ["flask"], True, True]


@BOTH_ORDERS
def test_a_real_distribution_of_the_same_version(say: Any, program: str) -> None:
    """It is left alone: the very object that ``pkg_resources`` made."""
    found = "type(p.get_distribution('flask')) is p.DistInfoDistribution"
    assert say(program, found, flask="3.1.3")


@BOTH_ORDERS
def test_uninstalling_leaves_no_trace(say: Any, program: str) -> None:
    """Afterwards the working set and the path are what they were without the manifest."""
    state = "[p.working_set.entries, sorted(map(str, p.working_set)), p.working_set.entry_keys]"
    state = f"{state[:-1]}, sorted(p.working_set.by_key), sys.path]"
    assert say(program + UNINSTALL, state) == say(IMPORT, state)


def test_the_path_stays_as_it_is(say: Any) -> None:
    """Nothing is put on ``sys.path``, and the module keeps the loader that it has without us."""
    found = "[sys.path, str(type(p.__loader__)), str(type(p.__spec__.loader))]"
    assert say(INSTALL + IMPORT, found) == say(IMPORT, found)


def test_broken_metadata_of_a_real_distribution(say: Any, tmp_path: Path) -> None:
    """One without a version has none to compare, so the manifest's counts."""
    info = "flask.egg-info/PKG-INFO"
    write_files(tmp_path / "broken", {info: "Name: flask\n", "flask/__init__.py": ""})
    version = "p.get_distribution('flask').version"
    assert say(INSTALL + IMPORT, version, extra=(tmp_path / "broken",)) == "3.1.3"


def test_another_finder_that_asks_every_finder(say: Any) -> None:
    """Two that look behind each other do not go round in circles."""
    other = (
        "class Other:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name != 'pkg_resources': return None\n"
        "        rest = [f for f in sys.meta_path if f is not Other]\n"
        "        return next(filter(None, (f.find_spec(name, path, target) for f in rest)), None)\n"
        "sys.meta_path.insert(0, Other)\n"
    )
    version = "p.get_distribution('acme-app').version"
    assert say(other + INSTALL + IMPORT, version) == "4.2.0"
    assert say(INSTALL + other + IMPORT, version) == "4.2.0"


def test_whoever_reads_it_without_an_import(say: Any) -> None:
    """The loader that is found answers as its own would."""
    program = f"{INSTALL}import importlib.util, pkgutil\n"
    known = (
        "[len(pkgutil.get_data('pkg_resources', '__init__.py')) > 1000, 'def ' in "
        "importlib.util.find_spec('pkg_resources').loader.get_source('pkg_resources')]"
    )
    assert say(program, known) == [True, True]


def test_a_second_working_set(say: Any) -> None:
    """It is served as the first one was."""
    program = f"{INSTALL}{IMPORT}import importlib\nimportlib.reload(p)\n"
    assert say(program, "p.get_distribution('acme-app').version") == "4.2.0"


def test_where_it_is_gone(say: Any) -> None:
    """Importing it fails as it does without the finder."""
    program = (
        f"{INSTALL}sys.path[:] = [p for p in sys.path if 'site' not in p]\n"
        "try:\n    import pkg_resources\n    found = ''\n"
        "except ImportError as error:\n    found = type(error).__name__\n"
    )
    assert say(program, "found") == "ModuleNotFoundError"


def test_a_broken_manifest(say: Any, tmp_path: Path) -> None:
    """The import works, and the working set is the stock one."""
    broken = {"acme/__init__.py": "", "acme/_sentry_modules.py": "raise SystemExit(3)"}
    write_files(tmp_path / "first", broken)
    known = "'acme-app' in p.working_set.by_key"
    assert say(INSTALL + IMPORT, known, extra=(tmp_path / "first",)) is False


def test_from_an_archive(say: Any, tmp_path: Path) -> None:
    """Importing it works, though the loader of archives is of the old kind before Python 3.10."""
    package = write_files(
        tmp_path / "stand-in",
        {"pkg_resources/__init__.py": "class Distribution: pass\nNAME = __name__\n"},
    )
    bundle = archive(package, tmp_path / "stand-in.zip")
    found = "[p.NAME, p.__file__.endswith('.py'), type(p.__loader__).__name__]"
    assert say(INSTALL + IMPORT, found, extra=(bundle,)) == ["pkg_resources", True, "zipimporter"]


def test_the_stock_list_of_an_old_sdk() -> None:
    """Before 1.28.1 the SDK asks ``pkg_resources``, so installing the finder is enough there."""
    program = (
        "import json, sys, types, sentry_modules\n"
        "manifest = types.ModuleType('_sentry_modules')\n"
        "manifest.MANIFEST = json.dumps({'modules': {'acme-app': '4.2.0'}})\n"
        "sentry_modules.install(manifest)\n"
        "import sentry_sdk\n"
        "events = []\n"
        "sentry_sdk.init('https://key@sentry.example.org/1',"
        " before_send=lambda event, hint: events.append(event))\n"
        "sentry_sdk.capture_message('hello')\n"
        "print(json.dumps(events[0]['modules']['acme-app']))"
    )
    path = (RUNTIME, installed_once("sentry-sdk==1.5.12", PKG_RESOURCES))
    assert report("-W", "ignore", "-c", program, path=path) == "4.2.0"
