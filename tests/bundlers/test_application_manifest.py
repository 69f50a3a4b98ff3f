"""The generated module that an application ships already."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.utils import NormalizedName

from hatch_sentry_modules import render
from hatch_sentry_modules.bundlers import application_manifest, bundle_manifest
from hatch_sentry_modules.model import Distribution, Manifest


def manifest(**versions: str) -> Manifest:
    """Make a manifest; underscores stand for hyphens."""
    named = {NormalizedName(name.replace("_", "-")): versions[name] for name in sorted(versions)}
    distributions = tuple(Distribution(name=name, version=named[name]) for name in named)
    return Manifest(project=None, source="uv.lock", distributions=distributions)


@pytest.fixture
def modules(tmp_path: Path) -> dict[str, str]:
    """Return two import packages without a generated module."""
    files = {name: tmp_path / name / "__init__.py" for name in ("app", "library")}
    for file in files.values():
        file.parent.mkdir()
    return {name: str(file) for name, file in files.items()}


def write(module: str, text: str) -> None:
    """Write a generated module beside a module, named by its file."""
    path = Path(module).with_name("_sentry_modules.py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


APP = manifest(flask="3.1.3", sentry_sdk="2.75.0", urllib3="2.8.0")
COLLECTED = manifest(flask="3.1.2", sentry_sdk="2.75.0", sentry_modules="0.1.0", click="8.5.1")


def test_no_module_is_found_where_there_is_none(modules: dict[str, str]) -> None:
    """Most libraries carry none."""
    assert application_manifest.find(modules, COLLECTED) is None


def test_the_module_of_the_application_is_chosen(modules: dict[str, str]) -> None:
    """It is the one whose project no other lists, whoever lists more or is named first."""
    app = manifest(library="1.0", sentry_sdk="2.75.0")._replace(project=NormalizedName("app"))
    library = COLLECTED._replace(project=NormalizedName("library"))
    write(modules["app"], render.to_python(app))
    write(modules["library"], render.to_python(library))
    for order in (modules, dict(reversed(modules.items()))):
        found = application_manifest.find(order, COLLECTED)
        assert found is not None
        assert (found.module, found.text) == ("app._sentry_modules", render.to_python(app))


def test_an_injected_module_counts_over_others(modules: dict[str, str]) -> None:
    """Somebody put it in on purpose, and knows what was there."""
    write(modules["app"], render.to_python(APP))
    injected = manifest(sentry_sdk="2.0")._replace(is_injected=True)
    write(modules["library"], render.to_python(injected))
    found = application_manifest.find(modules, COLLECTED)
    assert found is not None
    assert found.module == "library._sentry_modules"


def test_a_module_without_the_sdk_is_a_library_s(modules: dict[str, str]) -> None:
    """What does not list the SDK cannot be the whole of an application that sends events."""
    write(modules["library"], render.to_python(manifest(flask="3.1.2")))
    assert application_manifest.find(modules, COLLECTED) is None


def test_the_sdk_can_be_excluded(modules: dict[str, str]) -> None:
    """Such a manifest is the application's too, and what else it excludes stays out."""
    app = manifest(flask="3.1.2")._replace(exclude=("sentry-*", "acme-*"))
    write(modules["app"], render.to_python(app))
    assert application_manifest.find(modules, COLLECTED) is not None


@pytest.mark.parametrize(
    ("name", "file", "found"),
    [
        ("shop", "shop.py", "_sentry_modules"),
        ("shop", "shop.cpython-311-x86_64-linux-gnu.so", "_sentry_modules"),
        ("app", "app/__init__.cpython-311-x86_64-linux-gnu.so", "app._sentry_modules"),
        ("acme.shop", "acme/shop.py", "acme._sentry_modules"),
        ("acme.shop.views", "acme/shop/views.py", "acme.shop._sentry_modules"),
        ("acme.shop.a.b", "acme/shop/a/b.py", "acme.shop._sentry_modules"),
        ("__main__", "program.py", "_sentry_modules"),
    ],
)
def test_the_module_lies_where_a_build_puts_it(
    tmp_path: Path, name: str, file: str, found: str
) -> None:
    """That is beside a single module, and in a namespace package, which has no file."""
    app = APP._replace(project=NormalizedName("click"))
    place = Path(*found.split(".")).with_suffix(".py")
    write(str(tmp_path / place), render.to_python(app))
    for modules in ({name: file}, {name: file, "six": "six.py"}):
        files = {module: str(tmp_path / path) for module, path in modules.items()}
        own = application_manifest.find(files, COLLECTED)
        assert own is not None
        assert own.module == found


def test_the_top_level_holds_modules_of_others_too(tmp_path: Path) -> None:
    """One whose project was not collected is that of another application there."""
    app = APP._replace(project=NormalizedName("other"))
    write(str(tmp_path / "six.py"), render.to_python(app))
    assert application_manifest.find({"six": str(tmp_path / "six.py")}, COLLECTED) is None


DOCUMENT = 'MANIFEST = r"""{"sentry-modules": 1, "modules": {"sentry-sdk": "1"}}"""\n'


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        f"{render.HEADER}raise SystemExit\n",
        render.HEADER + DOCUMENT.replace('{"sentry-sdk": "1"}', "3"),
        render.HEADER + DOCUMENT.replace('"1"', "4"),
        render.HEADER + DOCUMENT[:-9],
        render.HEADER + DOCUMENT + "\N{SNOWMAN}",
        render.HEADER,
    ],
)
def test_a_module_that_is_not_a_generated_one_is_left_alone(
    modules: dict[str, str], text: str
) -> None:
    """Somebody else's, an edited one and a broken one do not stop the build."""
    write(modules["app"], text)
    assert application_manifest.find(modules, COLLECTED) is None


def test_a_generated_module_is_read_and_not_executed(modules: dict[str, str]) -> None:
    """What an edited one does is nothing that a build should do."""
    write(modules["app"], render.to_python(APP) + "raise SystemExit\n")
    found = application_manifest.find(modules, COLLECTED)
    assert found is not None
    assert found.manifest.distributions == APP.distributions


def test_every_difference_is_named(modules: dict[str, str]) -> None:
    """Another version, one too many and one too few; the run-time package is ours."""
    write(modules["app"], render.to_python(APP))
    found = application_manifest.find(modules, COLLECTED)
    assert found is not None
    assert [*application_manifest.differences(found, COLLECTED)] == [
        "which does not list click 8.5.1, which was bundled",
        "which lists flask 3.1.3 although 3.1.2 was bundled",
        "which lists urllib3 2.8.0 although it was not bundled",
    ]


def test_versions_are_compared_as_versions(modules: dict[str, str]) -> None:
    """Two spellings of one version agree, and so does what has no version."""
    own = manifest(pytz="2024.01", sentry_sdk="2.75")._replace(skipped={NormalizedName("x"): "why"})
    write(modules["app"], render.to_python(own))
    collected = manifest(pytz="2024.1", sentry_sdk="2.75.0", x="1")
    found = application_manifest.find(modules, collected)
    assert found is not None
    assert [*application_manifest.differences(found, collected)] == []


def test_the_module_is_used_and_the_differences_are_warnings(modules: dict[str, str]) -> None:
    """The text goes into the bundle unchanged."""
    write(modules["app"], render.to_python(APP))
    warnings: list[str] = []
    assert bundle_manifest.generate([], [], modules, warnings.append) == render.to_python(APP)
    assert len(warnings) == 3
    assert all(w.startswith("sentry-modules: using app._sentry_modules, which") for w in warnings)
