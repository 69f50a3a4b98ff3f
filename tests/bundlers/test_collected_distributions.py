"""The distributions that a bundle holds, told from the files that were collected."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hatch_sentry_modules import runtime_package
from hatch_sentry_modules.bundlers import collected_distributions
from hatch_sentry_modules.sources.installed import BAD_VERSION
from tests.bundlers.installation import install


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return an empty folder for distributions."""
    folder = tmp_path / "lib" / "site-packages"
    folder.mkdir(parents=True)
    return folder


def frozen(site: Path, *files: str | Path) -> dict[str, str]:
    """Freeze files of a folder, and give the manifest's table."""
    manifest = collected_distributions.freeze([str(site / file) for file in files], [str(site)])
    return {d.key: d.version for d in manifest.distributions}


def test_only_what_was_collected_is_listed(site: Path) -> None:
    """A distribution of which no file was taken is not in the bundle."""
    install(site, "Flask", "flask/__init__.py", version="3.1.3")
    install(site, "pip", "pip/__init__.py", version="26.3")
    assert frozen(site, "flask/__init__.py") == {"flask": "3.1.3"}


def test_distributions_share_a_namespace_package(site: Path) -> None:
    """The import package is of both, a module in it is of one."""
    install(site, "acme-web", "acme/web.py")
    install(site, "acme-mail", "acme/mail.py", version="2.0")
    assert frozen(site, "acme/mail.py") == {"acme-mail": "2.0"}


def test_a_file_that_several_record_is_of_who_has_more(site: Path) -> None:
    """All parts of PySide6 record its __init__.py, and one of them has the library too."""
    install(site, "acme-gui", "acme_gui/__init__.py")
    install(site, "acme-gui-core", "acme_gui/__init__.py", "acme_gui/core.so")
    install(site, "acme-gui-web", "acme_gui/__init__.py", "acme_gui/web.so")
    taken = "acme_gui/__init__.py", "acme_gui/core.so"
    assert frozen(site, *taken) == {"acme-gui-core": "1.0"}
    assert frozen(site, taken[0]).keys() == {"acme-gui", "acme-gui-core", "acme-gui-web"}


def test_a_distribution_without_a_module_is_found_by_its_data(site: Path) -> None:
    """A file that cannot be imported is recorded too, and so is metadata."""
    install(site, "acme-icons", "share/icons/acme.svg")
    metadata = install(site, "acme-plugins")
    assert frozen(site, "share/icons/acme.svg") == {"acme-icons": "1.0"}
    assert frozen(site, metadata / "METADATA") == {"acme-plugins": "1.0"}


def test_names_are_spelled_as_the_sdk_sends_them(site: Path) -> None:
    """The metadata's name in lower case, as the stock integration has it."""
    install(site, "Zope.Interface", "zope/interface.py")
    assert frozen(site, "zope/interface.py") == {"zope.interface": "1.0"}


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_distribution_without_a_record_is_found_by_name(site: Path, is_declared: bool) -> None:
    """Debian keeps no record: the declared top-level names tell, or else the own name."""
    metadata = install(site, "acme-core", "acme_core/__init__.py", has_record=False)
    install(site, "acme", "acme/__init__.py", has_record=False)
    if is_declared:
        (metadata / "top_level.txt").write_text("acme_core\n", encoding="utf-8")
    assert frozen(site, "acme_core/__init__.py") == {"acme-core": "1.0"}


def test_an_editable_install_is_found_by_its_folder(site: Path, tmp_path: Path) -> None:
    """The source tree is the project's, but not an environment that lies in it."""
    project = tmp_path / "work"
    metadata = install(site, "acme", "acme.pth")
    url = {"url": project.as_uri(), "dir_info": {"editable": True}}
    (metadata / "direct_url.json").write_text(json.dumps(url), encoding="utf-8")
    assert frozen(site, project / "src" / "acme.py") == {"acme": "1.0"}
    assert frozen(site, project / ".venv/lib/site-packages/other.py") == {}
    assert frozen(site, tmp_path / "workshop" / "acme.py") == {}


def test_a_member_is_not_its_workspace(site: Path, tmp_path: Path) -> None:
    """Each file is of the innermost project that is installed in place."""
    for name, folder in (("aa-root", "work"), ("member", "work/packages/member")):
        metadata = install(site, name, f"{name}.pth")
        url = {"url": (tmp_path / folder).as_uri(), "dir_info": {"editable": True}}
        (metadata / "direct_url.json").write_text(json.dumps(url), encoding="utf-8")
    environment = tmp_path / "work/.venv/lib/site-packages"
    environment.mkdir(parents=True)
    install(environment, "unrecorded", "unrecorded/__init__.py", has_record=False)
    inside = environment / "unrecorded/__init__.py"
    own, members = tmp_path / "work/root.py", tmp_path / "work/packages/member/src/member.py"
    folders, files = [str(site), str(environment)], [str(own), str(inside)]
    found = collected_distributions.freeze(files, folders).distributions
    assert [d.name for d in found] == ["aa-root", "unrecorded"]
    assert frozen(site, members) == {"member": "1.0"}
    assert frozen(site, own) == {"aa-root": "1.0"}
    assert frozen(site, own, members) == {"aa-root": "1.0", "member": "1.0"}


def test_an_egg_info_in_a_source_folder_is_found_by_its_names(site: Path) -> None:
    """Before Python 3.12 its files are paths below ``src`` once more, which do not exist."""
    info = site / "acme.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Name: acme\nVersion: 1.0\n", encoding="utf-8")
    (info / "SOURCES.txt").write_text("src/acme_core/__init__.py\n", encoding="utf-8")
    (info / "top_level.txt").write_text("acme_core\n", encoding="utf-8")
    (site / "acme_core").mkdir()
    (site / "acme_core" / "__init__.py").touch()
    assert frozen(site, "acme_core/__init__.py") == {"acme": "1.0"}


@pytest.mark.parametrize(
    "text",
    [
        '{"url": 5, "dir_info": {"editable": true}}',
        '{"url": "", "dir_info": {"editable": true}}',
        '{"url": "https://index.example.org/acme", "dir_info": {"editable": true}}',
        '{"dir_info": ' + "[" * 100_000,
        "[]",
    ],
    ids=range(5),
)
def test_an_odd_direct_url_is_no_fault(site: Path, text: str) -> None:
    """It tells of no folder, neither of the one in which the build runs."""
    metadata = install(site, "acme", "acme/__init__.py")
    (metadata / "direct_url.json").write_text(text, encoding="utf-8")
    assert frozen(site, "acme/__init__.py") == {"acme": "1.0"}
    assert frozen(site, Path.cwd() / "x.py") == {}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_linked_folder_is_the_same_folder(site: Path, tmp_path: Path) -> None:
    """``lib64`` is a link to ``lib`` in many environments."""
    install(site, "acme", "acme/__init__.py")
    (tmp_path / "lib64").symlink_to(tmp_path / "lib")
    assert frozen(site, tmp_path / "lib64/site-packages/acme/__init__.py") == {"acme": "1.0"}


def test_the_first_folder_counts(site: Path, tmp_path: Path) -> None:
    """A second version further behind on the search path is not in the bundle."""
    install(site, "acme", "acme/__init__.py", version="2.0")
    other = tmp_path / "other"
    other.mkdir()
    install(other, "acme", "acme/__init__.py", version="1.0")
    file = str(site / "acme" / "__init__.py")
    (distribution,) = collected_distributions.freeze([file], [str(site), str(other)]).distributions
    assert distribution.version == "2.0"


def test_an_unknown_version_is_skipped_with_its_reason(site: Path) -> None:
    """It is never guessed and never dropped without a word."""
    install(site, "acme", "acme/__init__.py", version="latest")
    manifest = collected_distributions.freeze([str(site / "acme" / "__init__.py")], [str(site)])
    assert dict(manifest.skipped) == {"acme": BAD_VERSION}


@pytest.mark.parametrize("record", ['"', "\0,,\n", ",,,\n", "../" * 99])
def test_a_broken_record_does_no_harm(site: Path, record: str) -> None:
    """The others are found as ever."""
    metadata = install(site, "broken", "broken/__init__.py")
    (metadata / "RECORD").write_text(record, encoding="utf-8")
    install(site, "acme", "acme/__init__.py")
    assert frozen(site, "acme/__init__.py") == {"acme": "1.0"}


def test_the_copy_of_the_run_time_package_is_listed(site: Path) -> None:
    """It is in the bundle although nobody installed it under its own name."""
    file = runtime_package.folder() / runtime_package.PACKAGE / "__init__.py"
    assert frozen(site, file) == {"sentry-modules": runtime_package.distribution().version}
