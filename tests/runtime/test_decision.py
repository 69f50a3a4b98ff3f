"""What counts, on real layouts that real tools made: the manifest, or live metadata."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.application import (
    FROZEN,
    RUNTIME,
    archive,
    main_text,
    manifest_text,
    pip_install,
    report,
    sdk,
    sources,
    strip,
    write_files,
    write_wheel,
)

FLASK = {"flask/__init__.py": ""}
"""The host's flask, of another version than the one in the manifest."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the application with pip's ``--target``, as for a Lambda directory or a zipapp."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = write_wheel(folder, "acme-app", "4.2.0", sources())
    pip_install("--target", folder / "site", wheel)
    return folder / "site"


@pytest.fixture
def site(installed: Path, tmp_path: Path) -> Path:
    """Return a copy of the installed application that a test may change."""
    return Path(shutil.copytree(installed, tmp_path / "site"))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install other versions of what the application uses where the host finds them."""
    folder = tmp_path_factory.mktemp("crowd")
    wheels = [
        write_wheel(folder, "flask", "1.0", FLASK),
        write_wheel(folder, "acme-app", "1.0", {}),
        write_wheel(folder, "unrelated", "7", {}),
    ]
    pip_install("--target", folder / "site", *wheels)
    return folder / "site"


def launch(host: Path, *path: Path, module: str = "acme", **options: Any) -> Any:
    """Run the application on a host, from the given places, and read its report."""
    return report("-m", module, python=host, path=(*path, RUNTIME, sdk()), **options)


def assert_frozen(found: Any) -> None:
    """Check that the manifest counted, but for certifi: that of the SDK's folder is imported."""
    (folder,) = sdk().glob("certifi-*.dist-info")
    certifi = folder.name[len("certifi-") : -len(".dist-info")]
    assert found["modules"] == {**FROZEN, "certifi": certifi}
    assert found["versions"] == {"acme-app": "4.2.0", "flask": "3.1.3"}


def assert_live(found: Any, flask: str | None = None) -> None:
    """Check that live metadata was believed: the SDK is listed, and what is only frozen is not."""
    assert found["modules"]["acme-app"] == "4.2.0"
    assert "sentry-sdk" in found["modules"]
    assert found["modules"]["certifi"] != FROZEN["certifi"]
    assert found["versions"] == {"acme-app": "4.2.0", "flask": flask}


def test_a_wheel_in_a_virtual_environment(tmp_path: Path) -> None:
    """An ordinary install is intact: events carry what is installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "v")], check=True)
    python = tmp_path / "v" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip_install(write_wheel(tmp_path, "acme-app", "4.2.0", sources()), python=python)
    assert_live(launch(python))


@pytest.mark.parametrize("layout", ["src", "."])
def test_an_editable_install(tmp_path: Path, layout: str) -> None:
    """A manifest in the source tree of an editable install may be old: the install is believed."""
    pytest.importorskip("hatchling")
    pytest.importorskip("editables")
    project = tmp_path / "project"
    write_files(project / layout, sources())
    text = (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "acme-app"\nversion = "4.2.0"\n'
        f'[tool.hatch.build.targets.wheel]\npackages = ["{layout}/acme"]\n'
    )
    write_files(project, {"pyproject.toml": text})
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "v")], check=True)
    python = tmp_path / "v" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip_install("--no-build-isolation", "--editable", project, python=python)
    assert_live(launch(python))


def test_a_source_tree_that_is_not_installed(host: Path, tmp_path: Path) -> None:
    """A checkout on the path has no metadata: the manifest in it is all there is."""
    project = write_files(tmp_path, {**sources(), "pyproject.toml": ""})
    assert_frozen(launch(host, project))


def test_a_target_folder(host: Path, site: Path) -> None:
    """A folder that pip filled is intact."""
    assert_live(launch(host, site))


def test_a_target_folder_on_a_crowded_host(host: Path, site: Path, crowd: Path) -> None:
    """Live metadata is believed with all that the host has, as the stock integration does."""
    found = launch(host, site, crowd)
    assert_live(found, flask="1.0")
    assert found["modules"]["unrelated"] == "7"


def test_a_stripped_folder(host: Path, site: Path) -> None:
    """Without its metadata the application is stripped."""
    assert_frozen(launch(host, strip(site)))


def test_a_stripped_folder_on_a_crowded_host(host: Path, site: Path, crowd: Path) -> None:
    """The project's metadata elsewhere on the path is another installation's."""
    write_files(site, FLASK)
    assert_frozen(launch(host, strip(site), crowd))


def test_an_application_alone_on_a_crowded_host(host: Path, site: Path, crowd: Path) -> None:
    """What only the host has is imported from there, and listed in the host's version."""
    found = launch(host, strip(site), crowd)
    assert found["modules"]["flask"] == found["versions"]["flask"] == "1.0"
    assert "unrelated" not in found["modules"]


def test_metadata_left_by_an_upgrade(host: Path, site: Path) -> None:
    """``pip install --target --upgrade`` leaves the old metadata: an install all the same."""
    (site / "acme_app-4.2.0.dist-info").rename(site / "acme_app-4.1.0.dist-info")
    found = launch(host, site)
    assert found["modules"]["sentry-sdk"]


@pytest.mark.parametrize("name", ["Acme.App-4.2.0.dist-info", "acme_app.egg-info"])
def test_metadata_by_older_tools(host: Path, site: Path, name: str) -> None:
    """Names that were not normalized, and setuptools' own format, are metadata as well."""
    metadata = site / "acme_app-4.2.0.dist-info"
    (metadata / "METADATA").rename(metadata / ("PKG-INFO" if "egg" in name else "METADATA"))
    metadata.rename(site / name)
    assert "sentry-sdk" in launch(host, site)["modules"]


@pytest.mark.parametrize("name", ["acme_app-4.2.0.dist-info", "acme_app.egg-info"])
def test_a_stripped_folder_that_kept_its_own(
    host: Path, site: Path, crowd: Path, name: str
) -> None:
    """What it depends on has no metadata, so a list without it would be wrong."""
    metadata = site / "acme_app-4.2.0.dist-info"
    (metadata / "METADATA").rename(metadata / ("PKG-INFO" if "egg" in name else "METADATA"))
    if name != metadata.name:
        metadata.rename(site / name)
    write_files(site, {**FLASK, "typing_extensions.py": ""})
    for path in ((site,), (site, crowd)):
        found = launch(host, *path)
        assert found["modules"]["flask"] == found["versions"]["flask"] == FROZEN["flask"]


def test_an_archive(host: Path, site: Path, tmp_path: Path) -> None:
    """A zip file on the path is judged as a folder is."""
    assert_live(launch(host, archive(site, tmp_path / "kept.pyz")))
    assert_frozen(launch(host, archive(strip(site), tmp_path / "stripped.pyz")))


def test_a_folder_inside_an_archive(host: Path, site: Path, tmp_path: Path) -> None:
    """``importlib.metadata`` finds nothing there, be the metadata kept or not."""
    bundle = archive(site, tmp_path / "acme.pyz", inside="lib/python")
    assert_frozen(launch(host, bundle / "lib" / "python"))


@pytest.mark.skipif(sys.version_info < (3, 9), reason="it cannot import after that itself")
def test_an_archive_that_is_run_itself(host: Path, site: Path, tmp_path: Path) -> None:
    """A zipapp by relative path, whose application changes the directory before the first event."""
    write_files(site, {"__main__.py": main_text('"acme"', before="import os; os.chdir(os.pardir)")})
    archive(strip(site), tmp_path / "acme.pyz")
    found = report("acme.pyz", python=host, path=(RUNTIME, sdk()), cwd=tmp_path)
    assert_frozen(found)


@pytest.mark.parametrize(
    "mark",
    ["import sys; sys.frozen = True", "import sys; sys._MEIPASS = '/'", "__compiled__ = True"],
)
def test_a_frozen_application(host: Path, site: Path, mark: str) -> None:
    """The marks of cx_Freeze, PyInstaller and Nuitka make the manifest authoritative."""
    write_files(site, {"acme/__main__.py": f"{mark}\n{main_text()}"})
    assert launch(host, site)["modules"] == FROZEN


def test_the_callers_manifest_of_two(host: Path, site: Path) -> None:
    """Of two packages that carry a manifest, the one that calls is meant."""
    write_files(
        strip(site),
        {
            "other/__init__.py": "",
            "other/__main__.py": main_text(),
            "other/_sentry_modules.py": manifest_text({"other": "1"}, "other"),
        },
    )
    assert launch(host, site, module="other")["modules"] == {"other": "1"}
    assert_frozen(launch(host, site))


def test_the_manifest_of_an_installed_dependency(host: Path, tmp_path: Path) -> None:
    """It says nothing about the application that has none: its own metadata is beside it."""
    text = manifest_text({"other": "1"}, "other")
    files = {"other/__init__.py": "", "other/_sentry_modules.py": text}
    pip_install("--target", tmp_path / "site", write_wheel(tmp_path, "other", "1", files))
    write_files(tmp_path / "app", {"acme/__main__.py": "import other\n" + main_text()})
    found = launch(host, tmp_path / "app", tmp_path / "site")
    assert found["modules"]["other"] == "1"
    assert "sentry-sdk" in found["modules"]


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        ("'acme._sentry_modules'", sources()),
        ("'acme'", sources()),
        ("__import__('acme._sentry_modules', fromlist=['MANIFEST'])", sources()),
        ("", {"_sentry_modules.py": manifest_text(), "acme/__init__.py": ""}),
    ],
    ids=["name", "package", "module", "top level"],
)
def test_ways_to_mean_a_manifest(
    host: Path, tmp_path: Path, arguments: str, files: dict[str, str]
) -> None:
    """A manifest is given by name, by the package that holds it, as a module, or not at all."""
    write_files(tmp_path, {**files, "elsewhere/__main__.py": main_text(arguments)})
    assert_frozen(launch(host, tmp_path, module="elsewhere"))


def test_a_caller_deep_inside(host: Path, tmp_path: Path) -> None:
    """The packages around the caller are looked through, namespace packages too."""
    files = {
        "corp/acme/__init__.py": "",
        "corp/acme/_sentry_modules.py": manifest_text(),
        "corp/acme/web/__init__.py": "",
        "corp/acme/web/start.py": main_text(),
    }
    write_files(tmp_path, files)
    assert_frozen(launch(host, tmp_path, module="corp.acme.web.start"))


def test_the_package_of_main(host: Path, tmp_path: Path) -> None:
    """A shared library that calls ``init`` for the application finds the application's manifest."""
    files = {**sources(), "acme/__main__.py": "import telemetry", "telemetry.py": main_text()}
    write_files(tmp_path, files)
    assert_frozen(launch(host, tmp_path))


@pytest.mark.parametrize("is_combined", [False, True])
@pytest.mark.parametrize("authority", ["manifest", "metadata"])
def test_authority_by_hand(
    host: Path, site: Path, crowd: Path, authority: str, is_combined: bool
) -> None:
    """``authority`` overrules the layout, and ``combine`` adds what only the other source knows."""
    arguments = f"authority={authority!r}, combine={is_combined}"
    write_files(site, {"acme/__main__.py": main_text(arguments)})
    found = launch(host, site, crowd)["modules"]
    assert found["flask"] == ("3.1.3" if authority == "manifest" else "1.0")
    assert found.get("typing_extensions") == (
        "4" if is_combined or authority == "manifest" else None
    )
    assert found.get("unrelated") == ("7" if is_combined or authority == "metadata" else None)


def test_the_answer_of_the_first_time_stays(host: Path, site: Path) -> None:
    """What is decided at the first event holds for the process, whatever happens to the disk."""
    before = (
        "import glob, shutil; sentry_sdk.capture_message('first')\n"
        f"shutil.rmtree(glob.glob({str(site / '*.dist-info')!r})[0])"
    )
    write_files(site, {"acme/__main__.py": main_text(before=before)})
    assert "sentry-sdk" in launch(host, site)["modules"]


def test_an_unknown_authority_is_as_good_as_none(host: Path, site: Path) -> None:
    """A slip in the argument does not stop the application."""
    write_files(strip(site), {"acme/__main__.py": main_text("authority='manifesto'")})
    assert_frozen(launch(host, site))
